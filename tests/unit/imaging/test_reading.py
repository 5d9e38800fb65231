"""Files that are read, and files that are refused in one sentence."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from mammo.errors import ImageError
from mammo.imaging.reading import read_image


@pytest.fixture
def gray():
    return np.random.default_rng(0).integers(0, 256, (90, 80)).astype(np.uint8)


@pytest.fixture
def deep():
    return np.arange(256 * 256, dtype=np.uint16).reshape(256, 256)


def encoded(pixels, file_format, mode=None, **options):
    buffer = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(buffer, file_format, **options)
    return buffer.getvalue()


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of_size(width, height, bits=1):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.fixture
def read(tmp_path):
    def read_bytes(content, name="film.png"):
        path = tmp_path / name
        path.write_bytes(content)
        return read_image(path)

    return read_bytes


def refused(read, content, name="film.png"):
    with pytest.raises(ImageError) as raised:
        read(content, name)
    assert name in str(raised.value)
    return raised.value


@pytest.mark.parametrize(("file_format", "name"), [("PNG", "a.png"), ("TIFF", "a.tif"), ("PPM", "a.pgm")])
def test_eight_bits_come_back_exactly(read, gray, file_format, name):
    image = read(encoded(gray, file_format), name)
    assert (image.bits, image.warnings) == (8, ())
    np.testing.assert_array_equal(np.rint(image.pixels * 255), gray)


@pytest.mark.parametrize(("file_format", "name"), [("PNG", "a.png"), ("TIFF", "a.tif")])
def test_sixteen_bits_keep_every_level(read, deep, file_format, name):
    image = read(encoded(deep, file_format), name)
    assert image.bits == 16
    np.testing.assert_array_equal(np.rint(image.pixels * 65535), deep)


def test_twelve_bits_in_sixteen_fill_the_range(read, deep):
    image = read(encoded(deep // 16, "PNG"))
    assert image.bits == 12
    assert image.pixels.max() == 1


@pytest.mark.parametrize("binary", [True, False], ids=["P5", "P2"])
def test_deep_gray_maps(read, deep, binary):
    body = deep.astype(">u2").tobytes() if binary else " ".join(map(str, deep.ravel())).encode()
    header = f"{'P5' if binary else 'P2'}\n# a remark\n256 256\n65535\n".encode()
    np.testing.assert_array_equal(np.rint(read(header + body, "a.pgm").pixels * 65535), deep)


def test_content_decides_and_the_name_is_warned_of(read, gray):
    image = read(encoded(gray, "JPEG"), "film.png")
    assert (image.format, image.warnings) == ("JPEG", ("extension differs: the content is JPEG",))


def test_three_equal_channels_are_gray(read, gray):
    image = read(encoded(np.dstack([gray] * 3), "PNG"))
    assert image.warnings == ()
    np.testing.assert_array_equal(np.rint(image.pixels * 255), gray)


def test_colours_become_luma_with_a_warning(read, gray):
    red = np.dstack([np.full_like(gray, 255), np.zeros_like(gray), np.zeros_like(gray)])
    image = read(encoded(red, "PNG"))
    assert image.warnings == ("colour image",)
    np.testing.assert_allclose(image.pixels, 0.299, atol=1e-6)


@pytest.mark.parametrize(("mode", "warnings"), [("P", ()), ("LA", ()), ("RGBA", ())])
def test_palettes_and_opaque_alpha_are_gray(read, gray, mode, warnings):
    image = read(encoded(gray, "PNG", mode))
    assert image.warnings == warnings
    np.testing.assert_array_equal(np.rint(image.pixels * 255), gray)


def test_cmyk_is_converted_with_a_warning(read, gray):
    assert "colour image" in read(encoded(gray, "JPEG", "CMYK"), "a.jpg").warnings


def test_the_orientation_tag_is_obeyed(read, gray):
    exif = Image.Exif()
    exif[0x0112] = 6
    upright, turned = read(encoded(gray, "PNG")), read(encoded(gray, "PNG", exif=exif))
    np.testing.assert_array_equal(turned.pixels, np.rot90(upright.pixels, -1))


def test_a_signed_tiff_goes_from_its_least_to_its_greatest_value(read):
    signed = np.linspace(-32768, 32767, 80 * 80).astype(np.int32).reshape(80, 80)
    buffer = io.BytesIO()
    Image.fromarray(signed.astype(np.uint16)).save(buffer, "TIFF", tiffinfo={339: 2})
    image = read(buffer.getvalue(), "a.tif")
    np.testing.assert_allclose(image.pixels, (signed + 32768) / 65535, atol=1e-6)


def test_a_float_tiff_in_range_is_taken_as_it_is(read):
    pixels = np.linspace(0, 1, 80 * 80, dtype=np.float32).reshape(80, 80)
    np.testing.assert_array_equal(read(encoded(pixels, "TIFF"), "a.tif").pixels, pixels)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"x", "not_an_image"),
        (b"\x89PNG\r\n\x1a\n", "truncated"),
        (b"<!doctype html><script>alert(1)</script>", "not_an_image"),
        (b"%!PS-Adobe-3.0", "format_not_allowed"),
        (b"%PDF-1.7", "format_not_allowed"),
        (b"GIF89a" + bytes(20), "format_not_allowed"),
        (b"BM" + bytes(60), "format_not_allowed"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "format_not_allowed"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "format_not_allowed"),
        (b"SIMPLE  =                    T", "format_not_allowed"),
        (b'<?xml version="1.0"?><svg xmlns="x"/>', "format_not_allowed"),
        (np.random.default_rng(0).bytes(100_000), "not_an_image"),
        (png_of_size(60000, 60000), "too_many_pixels"),
        (png_of_size(32000, 32000, 8), "too_many_pixels"),
        (png_of_size(13000, 13000, 8), "too_many_pixels"),
        (png_of_size(2**31 - 1, 1), "corrupt"),
        (png_of_size(0, 0), "corrupt"),
        (png_of_size(1, 1), "too_small"),
        (png_of_size(1, 4096), "too_small"),
        (png_of_size(64, 20000), "bad_aspect"),
        (b"P5\n90 90\n255\n" + bytes(100), "truncated"),
        (b"P5\n90 90\n70000\n" + bytes(100), "corrupt"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_mammogram_is_refused_with_its_reason(read, content, code):
    assert refused(read, content).code == code


@pytest.mark.parametrize(("file_format", "name"), [("PNG", "a.png"), ("JPEG", "a.jpg"), ("TIFF", "a.tif")])
def test_half_a_file_is_truncated(read, gray, file_format, name):
    content = encoded(gray, file_format)
    cut = content[: len(content) // 2] if file_format != "TIFF" else cut_tiff(gray)
    assert refused(read, cut, name).code == "truncated"


def cut_tiff(gray):
    """A TIFF whose directory comes first and whose strips are half gone."""
    content = encoded(gray, "TIFF")
    return content[: len(content) - gray.size // 2]


def test_half_a_jpeg_shows_no_pixel_of_another_picture(read, gray):
    read(encoded(gray, "JPEG"), "whole.jpg")
    content = encoded(255 - gray, "JPEG")
    assert refused(read, content[: len(content) // 2], "half.jpg").code == "truncated"


@pytest.mark.parametrize("kind", [b"IDAT", b"IHDR"])
def test_a_wrong_checksum_in_a_png_is_corrupt(read, gray, kind):
    content = bytearray(encoded(gray, "PNG"))
    content[content.index(kind) + 6] ^= 1
    assert refused(read, bytes(content)).code == "corrupt"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_pixels_that_are_no_numbers_are_refused(read, value):
    pixels = np.zeros((80, 80), np.float32)
    pixels[3, 3] = value
    assert refused(read, encoded(pixels, "TIFF"), "a.tif").code == "non_finite_pixels"


@pytest.mark.parametrize(("file_format", "name"), [("TIFF", "a.tif"), ("PNG", "a.png")])
def test_several_pictures_in_one_file_are_counted_and_refused(read, gray, file_format, name):
    more = [Image.fromarray(gray), Image.fromarray(255 - gray)]
    error = refused(read, encoded(gray, file_format, save_all=True, append_images=more), name)
    assert error.code == "multi_frame"
    assert "3 pictures" in str(error)


@pytest.mark.shared
def test_every_real_dicom_is_read_at_full_depth_or_refused_by_name(shared):
    for path in sorted((shared / "data" / "dicom").iterdir()):
        image = read_image(path)
        assert image.format == "DICOM"
        assert 0 <= image.pixels.min() < image.pixels.max() <= 1


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "film"), [("mdb004_deflated_m1_10", "mdb004"), ("mdb023_j2klossless_m2_12", "mdb023")]
)
def test_a_wrapped_film_looks_like_the_film(shared, name, film):
    wrapped = read_image(shared / "data" / "dicom" / f"{name}.dcm").pixels
    plain = read_image(shared / "data" / "mias-native" / f"{film}.pgm").pixels
    mirrored_back = plain[:, ::-1]  # MIAS keeps its films mirrored, the DICOM files do not
    assert np.corrcoef(wrapped.ravel(), mirrored_back.ravel())[0, 1] > 0.999
