"""PNG, JPEG, TIFF and PGM files that are cut, damaged, lying, or no pictures at all."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from tests.corpus.bad_file import BadFile, Content

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = 33  # of a PNG: signature and IHDR


def noise(rng: np.random.Generator) -> np.ndarray:
    """A gray picture of 90 x 80 pixels, uint8."""
    return rng.integers(0, 256, (90, 80)).astype(np.uint8)


def encoded(pixels: np.ndarray, file_format: str, mode: str | None = None, **options: Any) -> bytes:
    """The bytes of a file as Pillow writes it."""
    buffer = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(buffer, file_format, **options)
    return buffer.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk with its length and checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_png_chunk(png: bytes, kind: bytes, content: bytes) -> bytes:
    """A PNG with one more chunk before its pixels."""
    return png[:_HEADER_END] + png_chunk(kind, content) + png[_HEADER_END:]


def with_tiff_tag(tiff: bytes, tag: int, value: int) -> bytes:
    """A little-endian TIFF in which the first value of a tag is another."""
    changed = bytearray(tiff)
    (directory,) = struct.unpack_from("<I", changed, 4)
    (count,) = struct.unpack_from("<H", changed, directory)
    entries = range(directory + 2, directory + 2 + 12 * count, 12)
    entry = next(at for at in entries if struct.unpack_from("<H", changed, at)[0] == tag)
    is_short = struct.unpack_from("<H", changed, entry + 2)[0] == 3
    struct.pack_into("<H" if is_short else "<I", changed, entry + 8, value)
    return bytes(changed)


def _png(width: int, height: int, bits: int = 8, pixels: bytes = b"\0") -> bytes:
    """A PNG that says it is of this size, whatever it holds."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0))
    return SIGNATURE + header + png_chunk(b"IDAT", zlib.compress(pixels)) + png_chunk(b"IEND", b"")


def _png_with_wrong_adler(rng: np.random.Generator) -> bytes:
    rows = b"".join(b"\0" + row.tobytes() for row in noise(rng))
    packed = bytearray(zlib.compress(rows))
    packed[-1] ^= 1
    return _png(80, 90).replace(png_chunk(b"IDAT", zlib.compress(b"\0")), png_chunk(b"IDAT", bytes(packed)))


def _png_with_wrong_checksum(kind: bytes) -> Content:
    def content(rng: np.random.Generator) -> bytes:
        changed = bytearray(encoded(noise(rng), "PNG"))
        changed[changed.index(kind) + 6] ^= 1
        return bytes(changed)

    return content


def _half(file_format: str) -> Content:
    def content(rng: np.random.Generator) -> bytes:
        whole = encoded(noise(rng), file_format)
        return whole[: len(whole) // 2]

    return content


def _directory_gone(rng: np.random.Generator) -> bytes:
    """Compressed TIFFs have their directory behind the pixels."""
    whole = encoded(noise(rng), "TIFF", compression="tiff_lzw")
    return whole[: len(whole) // 2]


def _tiff(tag: int, value: int) -> Content:
    return lambda rng: with_tiff_tag(encoded(noise(rng), "TIFF"), tag, value)


def _three_pictures(file_format: str) -> Content:
    def content(rng: np.random.Generator) -> bytes:
        more = [Image.fromarray(noise(rng)) for _ in range(2)]
        return encoded(noise(rng), file_format, save_all=True, append_images=more)

    return content


def _float_tiff(value: float) -> Content:
    def content(_rng: np.random.Generator) -> bytes:
        pixels = np.zeros((80, 80), np.float32)
        pixels[3, 3] = value
        return encoded(pixels, "TIFF")

    return content


def _with_inflating(kind: bytes, start: bytes) -> Content:
    """A sound picture with a remark of a hundred kilobytes that inflates to a hundred megabytes."""
    return lambda rng: with_png_chunk(encoded(noise(rng), "PNG"), kind, start + zlib.compress(bytes(100 * 2**20)))


def _stored(content: bytes) -> Content:
    return lambda _rng: content


def _svg() -> bytes:
    return b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'


BAD_RASTERS = (
    BadFile("B01", "empty.png", "empty_file", _stored(b"")),
    BadFile("B02", "one-byte.png", "unreadable_image", _stored(b"x")),
    BadFile("B02", "signature.png", "unreadable_image", _stored(SIGNATURE)),
    BadFile("B02", "header.pgm", "unreadable_image", _stored(b"P5\n# nothing but a remark\n")),
    BadFile("B03", "half.png", "truncated", _half("PNG")),
    BadFile("B03", "missing-rows.png", "truncated", _stored(_png(80, 90, pixels=bytes(3000)))),
    BadFile("B04", "half.jpg", "truncated", _half("JPEG")),
    BadFile("B06", "checksum.png", "corrupt", _png_with_wrong_checksum(b"IDAT")),
    BadFile("B06", "header-checksum.png", "corrupt", _png_with_wrong_checksum(b"IHDR")),
    BadFile("B06", "adler.png", "corrupt", _png_with_wrong_adler),
    BadFile("B07", "half.tif", "truncated", _half("TIFF")),
    BadFile("B07", "half-packed.tif", "truncated", _directory_gone),
    BadFile("B07", "strip-far-away.tif", "truncated", _tiff(273, 10**6)),
    BadFile("B07", "strip-too-long.tif", "truncated", _tiff(279, 10**9)),
    BadFile("B07", "strip-too-short.tif", "truncated", _tiff(279, 1)),
    BadFile("B07", "half.pgm", "truncated", _stored(b"P5\n90 90\n255\n" + bytes(100))),
    BadFile("B08", "page.png", "not_an_image", _stored(b"<!doctype html><script>alert(1)</script>")),
    BadFile("B10", "eps.png", "format_not_allowed", _stored(b"%!PS-Adobe-3.0 EPSF-3.0")),
    BadFile("B10", "pdf.png", "format_not_allowed", _stored(b"%PDF-1.7" + bytes(20))),
    BadFile("B10", "svg.png", "format_not_allowed", _stored(_svg())),
    BadFile("B10", "gif.png", "format_not_allowed", lambda rng: encoded(noise(rng), "GIF")),
    BadFile("B10", "webp.png", "format_not_allowed", lambda rng: encoded(noise(rng), "WEBP")),
    BadFile("B10", "bmp.png", "format_not_allowed", lambda rng: encoded(noise(rng), "BMP")),
    BadFile("B10", "heic.png", "format_not_allowed", _stored(b"\0\0\0\x18ftypheic" + bytes(20))),
    BadFile("B10", "fits.png", "format_not_allowed", _stored(b"SIMPLE  =                    T")),
    BadFile("B10", "jpeg2000.png", "format_not_allowed", lambda rng: encoded(noise(rng), "JPEG2000")),
    BadFile("B11", "60000.png", "too_many_pixels", _stored(_png(60000, 60000, bits=1))),
    BadFile("B12", "32000.png", "too_many_pixels", _stored(_png(32000, 32000))),
    BadFile("B13", "13000.png", "too_many_pixels", _stored(_png(13000, 13000))),
    BadFile("B13", "13000.pgm", "too_many_pixels", _stored(b"P5\n13000 13000\n255\n" + bytes(100))),
    BadFile("B14", "widest.png", "corrupt", _stored(_png(2**31 - 1, 1))),
    BadFile("B14", "sizeless.png", "corrupt", _stored(_png(0, 0))),
    BadFile("B15", "1x1.png", "too_small", _stored(_png(1, 1))),
    BadFile("B15", "1x4096.png", "too_small", _stored(_png(1, 4096))),
    BadFile("B15", "4096x1.png", "too_small", _stored(_png(4096, 1))),
    BadFile("B16", "64x20000.png", "bad_aspect", lambda _: encoded(np.zeros((20000, 64), np.uint8), "PNG")),
    BadFile("B20", "beyond-its-maximum.pgm", "corrupt", _stored(b"P5\n80 80\n9\n" + bytes([10]) * 6400)),
    BadFile("B20", "negative.pgm", "corrupt", _stored(b"P2\n80 80\n255\n" + b"-3 " * 6400)),
    BadFile("B20", "words.pgm", "corrupt", _stored(b"P2\n80 80\n255\n" + b"abc " * 6400)),
    BadFile("B20", "long-number.pgm", "corrupt", _stored(b"P2\n80 80\n255\n" + (b"9" * 30 + b" ") * 6400)),
    BadFile("B20", "long-width.pgm", "unreadable_image", _stored(b"P5\n" + b"9" * 5000 + b" 80\n255\n")),
    BadFile("B20", "deeper-than-16-bits.pgm", "corrupt", _stored(b"P5\n80 80\n70000\n" + bytes(100))),
    BadFile("B20", "32-bit.tif", "unsupported_pixels", lambda _: encoded(np.full((80, 80), 70_000, np.int32), "TIFF")),
    BadFile("B21", "nan.tif", "non_finite_pixels", _float_tiff(float("nan"))),
    BadFile("B21", "infinite.tif", "non_finite_pixels", _float_tiff(float("inf"))),
    BadFile("B22", "float-above-1.tif", "unsupported_pixels", _float_tiff(255)),
    BadFile("B26", "animated.png", "multi_frame", _three_pictures("PNG")),
    BadFile("B26", "pages.tif", "multi_frame", _three_pictures("TIFF")),
    BadFile("B28", "endless-text.png", "corrupt", _with_inflating(b"zTXt", b"Comment\0\0")),
    BadFile("B28", "endless-words.png", "corrupt", _with_inflating(b"iTXt", b"Comment\0\1\0\0\0")),
    BadFile("B28", "endless-profile.png", "corrupt", _with_inflating(b"iCCP", b"colors\0\0")),
    BadFile("B30", "random.png", "not_an_image", lambda rng: rng.bytes(100_000)),
)
