"""Files that are read, and what they look like then; ``test_corpus`` holds those that are refused."""

import os
import struct
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mammo.errors import ImageError
from mammo.imaging import reading
from mammo.imaging.reading import MAX_BYTES, decode_image, read_image
from tests.corpus.dicoms import dicom, film
from tests.corpus.rasters import encoded, noise, with_png_chunk, with_tiff_tag

UPRIGHT = {
    1: lambda pixels: pixels,
    2: np.fliplr,
    3: lambda pixels: np.rot90(pixels, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: np.rot90(pixels, 2).T,
    8: np.rot90,
}


@pytest.fixture
def gray():
    return noise(np.random.default_rng(0))


@pytest.fixture
def deep():
    return np.arange(256 * 256, dtype=np.uint16).reshape(256, 256)


@pytest.fixture
def read(tmp_path):
    def read_bytes(content, name="film.png"):
        path = tmp_path / name
        path.write_bytes(content)
        return read_image(path)

    return read_bytes


def orientation_tag(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize(("file_format", "name"), [("PNG", "a.png"), ("TIFF", "a.tif"), ("PPM", "a.pgm")])
def test_eight_bits_come_back_exactly(read, gray, file_format, name):
    image = read(encoded(gray, file_format), name)
    assert (image.bits, image.warnings) == (8, ())
    np.testing.assert_array_equal(np.rint(image.pixels * 255), gray)


@pytest.mark.parametrize(("file_format", "name"), [("PNG", "a.png"), ("TIFF", "a.tif")])
def test_sixteen_bits_keep_every_level(read, deep, file_format, name):  # B20
    image = read(encoded(deep, file_format), name)
    assert image.bits == 16
    np.testing.assert_array_equal(np.rint(image.pixels * 65535), deep)


def test_twelve_bits_in_sixteen_fill_the_range(read, deep):  # B20
    image = read(encoded(deep // 16, "PNG"))
    assert image.bits == 12
    assert image.pixels.max() == 1


@pytest.mark.parametrize("binary", [True, False], ids=["P5", "P2"])
def test_deep_gray_maps(read, deep, binary):  # B20
    body = deep.astype(">u2").tobytes() if binary else " ".join(map(str, deep.ravel())).encode()
    header = f"{'P5' if binary else 'P2'}\n# a remark\n256 256\n65535\n".encode()
    np.testing.assert_array_equal(np.rint(read(header + body, "a.pgm").pixels * 65535), deep)


def test_content_decides_and_the_name_is_warned_of(read, gray):  # B09
    image = read(encoded(gray, "JPEG"), "film.png")
    assert (image.format, image.warnings) == ("JPEG", ("extension differs: the content is JPEG",))


@pytest.mark.parametrize("name", ["film.jpg", "film", "film.7"])
def test_a_dicom_file_is_one_under_any_name(read, name):  # B09
    content = dicom(film(np.random.default_rng(0)))
    image = read(content, name)
    assert image.format == "DICOM"
    assert image.warnings == (("extension differs: the content is DICOM",) if name.endswith(".jpg") else ())
    np.testing.assert_array_equal(image.pixels, read(content, "film.dcm").pixels)


def test_three_equal_channels_are_gray(read, gray):  # B17
    image = read(encoded(np.dstack([gray] * 3), "PNG"))
    assert image.warnings == ()
    np.testing.assert_array_equal(np.rint(image.pixels * 255), gray)


def test_colours_become_luma_with_a_warning(read, gray):  # B17
    red = np.dstack([np.full_like(gray, 255), np.zeros_like(gray), np.zeros_like(gray)])
    image = read(encoded(red, "PNG"))
    assert image.warnings == ("colour image",)
    np.testing.assert_allclose(image.pixels, 0.299, atol=1e-6)


@pytest.mark.parametrize(("mode", "warnings"), [("P", ()), ("LA", ()), ("RGBA", ())])
def test_palettes_and_opaque_alpha_are_gray(read, gray, mode, warnings):  # B19
    image = read(encoded(gray, "PNG", mode))
    assert image.warnings == warnings
    np.testing.assert_array_equal(np.rint(image.pixels * 255), gray)


def test_cmyk_is_converted_with_a_warning(read):  # B18
    picture = np.full((90, 80, 3), (200, 100, 50), np.uint8)
    image = read(encoded(picture, "JPEG", "CMYK", quality=100), "a.jpg")
    assert image.warnings == ("colour image",)
    np.testing.assert_allclose(image.pixels, (0.299 * 200 + 0.587 * 100 + 0.114 * 50) / 255, atol=0.01)


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("name", ["a.png", "a.tif", "deep.png", "deep.tif"])
def test_the_orientation_tag_is_obeyed(read, gray, deep, orientation, name):  # B27
    stored, scale = (deep[:, :200], 65535) if name.startswith("deep") else (gray, 255)
    file_format = "TIFF" if name.endswith("tif") else "PNG"
    image = read(encoded(stored, file_format, exif=orientation_tag(orientation)), name)
    np.testing.assert_array_equal(np.rint(image.pixels * scale), UPRIGHT[orientation](stored))


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_jpeg_and_deep_colours_are_turned_alike(read, deep, orientation):  # B27
    exif = orientation_tag(orientation)
    jpeg = encoded(np.uint8(deep[:, :200] >> 8), "JPEG", exif=exif, quality=100)
    _, plain = cv2.imencode(".png", np.dstack([deep[:, :200], deep[:, :200] // 2, deep[:, :200]]))
    deep_colour = with_png_chunk(plain.tobytes(), b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    ours, theirs = read(jpeg, "a.jpg").pixels, read(deep_colour).pixels
    assert ours.shape == theirs.shape
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.99


def test_colours_of_sixteen_bits_keep_their_depth(read, deep):  # B17, B20
    bgr = np.dstack([np.zeros_like(deep), np.zeros_like(deep), deep])
    for suffix in (".png", ".tif"):
        image = read(cv2.imencode(suffix, bgr)[1].tobytes(), f"a{suffix}")
        assert (image.bits, image.warnings) == (16, ("colour image",))
        np.testing.assert_allclose(image.pixels, deep * (0.299 / 65535), atol=1e-6)


def test_transparency_is_dropped_with_a_warning(read, gray):  # B19
    alpha = Image.fromarray(255 - gray)
    picture = Image.merge("LA", (Image.fromarray(gray), alpha))
    shallow = read(encoded(np.asarray(picture), "PNG", "LA"))
    _, four = cv2.imencode(".png", np.dstack([np.uint16(gray) * 257] * 3 + [np.uint16(255 - gray) * 257]))
    for image in (shallow, read(four.tobytes())):
        assert image.warnings == ("transparency dropped",)
        np.testing.assert_array_equal(np.rint(image.pixels * 255), gray)


def test_where_white_is_zero_the_picture_is_turned_round(read, gray, deep):
    for stored, top in ((gray, 255), (deep, 65535), (deep // 16, 4095)):
        image = read(with_tiff_tag(encoded(stored, "TIFF"), 262, 0), "a.tif")
        np.testing.assert_array_equal(np.rint(image.pixels * top), top - stored.astype(int))


def test_a_signed_tiff_goes_from_its_least_to_its_greatest_value(read):  # B22
    signed = np.linspace(-32768, 32767, 80 * 80).astype(np.int32).reshape(80, 80)
    image = read(encoded(signed.astype(np.uint16), "TIFF", tiffinfo={339: 2}), "a.tif")
    np.testing.assert_allclose(image.pixels, (signed + 32768) / 65535, atol=1e-6)


def test_a_float_tiff_in_range_is_taken_as_it_is(read):  # B22
    pixels = np.linspace(0, 1, 80 * 80, dtype=np.float32).reshape(80, 80)
    np.testing.assert_array_equal(read(encoded(pixels, "TIFF"), "a.tif").pixels, pixels)


def test_half_a_jpeg_shows_no_pixel_of_another_picture(read, gray):  # B04
    read(encoded(gray, "JPEG"), "whole.jpg")
    content = encoded(255 - gray, "JPEG")
    with pytest.raises(ImageError, match="cut off"):
        read(content[: len(content) // 2], "half.jpg")


def test_a_jpeg_with_zeroed_bytes_is_read_as_the_decoder_reads_it(read, gray):  # B05
    content = bytearray(encoded(gray, "JPEG", quality=95))
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(40)
    assert read(bytes(content), "a.jpg").pixels.shape == gray.shape


def test_more_pictures_than_one_are_counted(read, gray):  # B26
    more = [Image.fromarray(gray), Image.fromarray(255 - gray)]
    with pytest.raises(ImageError, match="3 pictures"):
        read(encoded(gray, "TIFF", save_all=True, append_images=more), "a.tif")


def test_what_is_no_picture_is_named(read):  # B08, B10
    with pytest.raises(ImageError, match="looks like HTML"):
        read(b"<html><body>Not found</body></html>")
    with pytest.raises(ImageError, match=r"is PDF, which is not read. Export it as PNG"):
        read(b"%PDF-1.7" + bytes(20))


def test_a_file_that_is_not_there_or_a_folder_is_one_sentence(tmp_path):
    for path in (tmp_path / "absent.png", tmp_path):
        with pytest.raises(ImageError, match="can't be opened") as raised:
            read_image(path)
        assert raised.value.code == "unreadable_file"


def test_a_huge_file_is_refused_by_its_size_alone(tmp_path):  # B31
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ImageError) as raised:
        read_image(path)
    assert raised.value.code == "file_too_large"


def test_a_pipe_that_took_the_place_of_a_file_is_refused_without_waiting(tmp_path):  # B60
    os.mkfifo(tmp_path / "film.png")
    with pytest.raises(ImageError, match="is no regular file") as raised:
        read_image(tmp_path / "film.png")
    assert raised.value.code == "unreadable_file"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no such kernel files on this system")
@pytest.mark.parametrize("path", ["/proc/self/status", "/proc/self/mem", "/dev/zero"])
def test_kernel_files_are_refused_without_end_or_waiting(path):  # B60
    with pytest.raises(ImageError) as raised:
        read_image(Path(path))
    assert raised.value.code == "unreadable_file" or "grows" in str(raised.value)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch, gray):  # B60
    path = tmp_path / "film.png"
    path.write_bytes(encoded(gray, "PNG"))

    fstat = os.fstat

    def fstat_then_append(descriptor):
        found = fstat(descriptor)
        with path.open("ab") as writer:
            writer.write(b"more")
        return found

    monkeypatch.setattr(reading.os, "fstat", fstat_then_append)
    with pytest.raises(ImageError, match=r"film\.png grows while it is read"):
        read_image(path)


def test_what_is_written_beside_the_pixels_neither_changes_nor_leaves_the_file(read, gray):  # B28, B29
    said = "DOE^JANE <script>alert(1)</script>"
    exif = Image.Exif()
    exif[0x010E] = said
    png = with_png_chunk(encoded(gray, "PNG"), b"tEXt", b"Patient\0" + said.encode())
    png = with_png_chunk(png, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + said.encode())
    jpeg = encoded(gray, "JPEG", exif=exif, comment=said.encode())
    for marked, bare, name in (
        (png + b"PK\3\4" + said.encode(), encoded(gray, "PNG"), "a.png"),
        (jpeg + b"<html>" + said.encode(), encoded(gray, "JPEG"), "a.jpg"),
        (encoded(gray, "TIFF", description=said), encoded(gray, "TIFF"), "a.tif"),
    ):
        image = read(marked, name)
        np.testing.assert_array_equal(image.pixels, read(bare, name).pixels)
        assert "DOE" not in repr(image)
        assert image.warnings == ()


def test_a_png_with_a_wrong_checksum_is_refused_unless_its_bytes_are_known(gray):
    content = bytearray(encoded(gray, "PNG"))
    sound = decode_image("film.png", bytes(content))
    pixels = content.index(b"IDAT")
    (length,) = struct.unpack(">I", content[pixels - 4 : pixels])
    content[pixels + 4 + length] ^= 1
    with pytest.raises(ImageError, match=r"film\.png is damaged: a checksum inside it is wrong"):
        decode_image("film.png", bytes(content))
    known = decode_image("film.png", bytes(content), is_known=True)
    np.testing.assert_array_equal(known.pixels, sound.pixels)
    assert known.bits == sound.bits


def test_a_thousand_files_of_noise_are_no_pictures():  # B30
    rng = np.random.default_rng(30)
    rest = rng.bytes(10_000_000)
    codes = set()
    for number in range(1000):
        noise_bytes = rng.bytes(600) + (rest if number == 0 else b"")
        with pytest.raises(ImageError) as raised:
            decode_image("noise.png", noise_bytes)
        codes.add(raised.value.code)
    assert codes <= {"not_an_image", "format_not_allowed"}


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.pgm", "a.dcm"])
def test_a_damaged_file_is_read_or_refused_but_never_a_surprise(read, gray, name, seed):  # B30
    rng = np.random.default_rng(seed)
    sound = {
        "a.png": lambda: encoded(gray, "PNG"),
        "a.jpg": lambda: encoded(gray, "JPEG"),
        "a.tif": lambda: encoded(gray, "TIFF", compression="tiff_lzw" if seed % 2 else None),
        "a.pgm": lambda: encoded(gray, "PPM"),
        "a.dcm": lambda: dicom(film(rng)),
    }
    content = bytearray(sound[name]())
    for at in rng.integers(0, min(len(content), 600), 1 + seed % 8):
        content[at] = rng.integers(256)
    with suppress(ImageError):
        pixels = read(bytes(content), name).pixels
        assert 0 <= pixels.min() <= pixels.max() <= 1
