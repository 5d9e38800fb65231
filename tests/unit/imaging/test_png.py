"""Gray PNG files are inflated by another library; Pillow must see the same picture."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from mammo.imaging._png import with_stored_pixels
from tests.corpus.rasters import encoded, png_chunk, with_png_chunk

ROUGH = np.random.default_rng(0).integers(0, 65536, (300, 217)).astype(np.uint16)
SMOOTH = np.add.outer(np.arange(300), np.arange(217)).astype(np.uint16) * 100
WRITERS = {
    "Pillow": lambda pixels: encoded(pixels, "PNG"),
    "Pillow, uncompressed": lambda pixels: encoded(pixels, "PNG", compress_level=0),
    "OpenCV, small chunks": lambda pixels: cv2.imencode(".png", pixels)[1].tobytes(),
}


def shown(content):
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image)


def header(width, height, bits=8, colour=0, interlaced=0):
    return png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced))


def png_of(head, content):
    return b"\x89PNG\r\n\x1a\n" + head + png_chunk(b"IDAT", content) + png_chunk(b"IEND", b"")


@pytest.mark.parametrize("pixels", [ROUGH, SMOOTH, (ROUGH >> 8).astype(np.uint8)], ids=["rough", "smooth", "8 bits"])
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_stored_pixels_are_the_same_and_not_compressed(write, pixels):
    content = with_png_chunk(write(pixels), b"tEXt", b"a\0b")
    stored = with_stored_pixels(content)
    assert len(stored) > pixels.nbytes
    np.testing.assert_array_equal(shown(stored), pixels)
    assert b"tEXta\0b" in stored


@pytest.mark.parametrize(
    "content",
    [
        encoded(np.dstack([SMOOTH.astype(np.uint8)] * 3), "PNG"),
        encoded(SMOOTH.astype(np.uint8), "PNG", mode="P"),
        png_of(header(80, 80, bits=1), zlib.compress(bytes(80 * 11))),
        png_of(header(80, 80, interlaced=1), zlib.compress(bytes(9000))),
        png_of(header(80, 80), zlib.compress(bytes(80 * 81 - 1))),
        png_of(header(80, 80), zlib.compress(bytes(80 * 81 + 1))),
        png_of(header(80, 80), zlib.compress(bytes(80 * 81))[:-1] + b"?"),
        png_of(header(80, 80), b""),
    ],
    ids=["colour", "palette", "1 bit", "interlaced", "too few", "too many", "wrong checksum", "nothing"],
)
def test_anything_else_comes_back_as_it_is(content):
    assert with_stored_pixels(content) is content
