"""Sound files and what becomes of them when bytes are changed, cut, doubled and mixed: material for fuzzing."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pydicom.data
from hypothesis import strategies as st
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from tests.corpus.dicoms import dicom, film

_PNG = b"\x89PNG\r\n\x1a\n"
_DICOMS = (
    "CT_small", "MR_small", "MR_small_RLE", "MR_small_bigendian", "MR_small_implicit", "MR_small_jp2klossless",
    "MR_small_jpeg_ls_lossless", "MR_small_padded", "JPEG2000", "JPEG-lossy", "JPGExtended", "693_J2KI",
    "GDCMJ2K_TextGBR", "SC_rgb_jpeg", "SC_rgb_rle_16bit", "SC_rgb_jls_lossy_line", "SC_rgb_dcmtk_+eb+cy+n2",
    "SC_ybr_full_422_uncompressed", "SC_rgb_small_odd_jpeg", "image_dfl", "rtdose_rle_1frame", "nested_priv_SQ",
    "UN_sequence", "badVR",
)  # fmt: skip
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_MOST_CHANGES = 6
_MAGIC_BYTES = 4  # without which most changed files would only be no picture
_HEADER_BYTES = 600  # a change there is worth more than one among the pixels

Draw = Callable[[st.SearchStrategy[Any]], Any]


def raster_seeds() -> list[bytes]:
    """PNG, JPEG, TIFF and PGM of every kind that is read, each some kilobytes."""
    rng = np.random.default_rng(9)
    gray8, gray16 = rng.integers(0, 256, (66, 70), np.uint8), rng.integers(0, 65536, (66, 70), np.uint16)
    color = rng.integers(0, 256, (66, 70, 3), np.uint8)
    by_opencv = [
        (".png", gray8), (".png", gray16), (".png", color), (".png", color.astype(np.uint16) * 257), (".jpg", gray8),
        (".jpg", color), (".tiff", gray16), (".tiff", color), (".pgm", gray8), (".pgm", gray16),
    ]  # fmt: skip
    gray = Image.fromarray(gray8)
    by_pillow: list[tuple[Image.Image, str, dict[str, Any]]] = [
        (gray.convert("P"), "PNG", {}), (gray.convert("1"), "PNG", {}), (gray.convert("LA"), "PNG", {}),
        (Image.fromarray(color).convert("CMYK"), "JPEG", {}), (gray, "JPEG", {"progressive": True}),
        (gray, "TIFF", {"compression": "tiff_lzw"}), (gray, "TIFF", {"compression": "tiff_adobe_deflate"}),
        (gray, "TIFF", {"compression": "packbits"}), (gray.convert("1"), "TIFF", {"compression": "group4"}),
        (Image.fromarray(gray8 / np.float32(255)), "TIFF", {}), (gray.convert("I"), "TIFF", {}),
    ]  # fmt: skip
    text = b"P2\n# a note\n66 64\n255\n" + b" ".join(b"%d" % value for value in gray8.ravel()[: 66 * 64])
    return [
        text,
        *(bytes(cv2.imencode(ending, pixels)[1]) for ending, pixels in by_opencv),
        *(_saved(*one) for one in by_pillow),
    ]


def dicom_seeds() -> list[bytes]:
    """Small files that pydicom brings, and mammograms with what those lack."""
    folder = Path(pydicom.data.__file__).parent / "test_files"
    pixels = film(np.random.default_rng(9))
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [4096, 0, 10])
    table.add_new("LUTData", "US", list(range(1024)) * 4)
    palette = {
        f"{color}PaletteColorLookupTable{part}": value
        for color in ("Red", "Green", "Blue")
        for part, value in (("Descriptor", [256, 0, 16]), ("Data", np.arange(256, dtype=np.uint16).tobytes()))
    }
    syntaxes = (ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
    rescaled = {"RescaleSlope": "2", "RescaleIntercept": "-10", "PixelPaddingValue": 0}
    return [
        *((folder / f"{name}.dcm").read_bytes() for name in _DICOMS),
        *(dicom(pixels, syntax) for syntax in syntaxes),
        dicom(pixels, VOILUTSequence=[table], ModalityLUTSequence=[table]),
        dicom(pixels, WindowCenter=["1000", "3000"], WindowWidth=["500", "100"], VOILUTFunction="SIGMOID"),
        dicom(pixels, PhotometricInterpretation="MONOCHROME1", **rescaled),
        dicom((pixels >> 4).astype(np.uint8), bits=8, PhotometricInterpretation="PALETTE COLOR", **palette),
    ]


@st.composite
def mutated(draw: Draw, seeds: list[bytes]) -> bytes:
    """A seed with some changes; the checksums of a PNG are mended now and then, so that more than they is tried."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, _MOST_CHANGES))):
        change = draw(st.sampled_from((_set, _set, _number, _number, _cut, _drop, _insert, _repeat, _splice)))
        change(draw, data, seeds)
    return _with_checksums(bytes(data)) if data.startswith(_PNG) and draw(st.booleans()) else bytes(data)


def _place(draw: Draw, data: bytearray) -> int:
    last = max(len(data) - 1, 0)
    return int(draw(st.integers(min(last, _MAGIC_BYTES), min(last, _HEADER_BYTES)) | st.integers(0, last)))


def _set(draw: Draw, data: bytearray, _seeds: list[bytes]) -> None:
    if data:
        data[_place(draw, data)] = draw(st.integers(0, 255))


def _number(draw: Draw, data: bytearray, _seeds: list[bytes]) -> None:
    at, kind = _place(draw, data), draw(st.sampled_from(("<H", ">H", "<I", ">I")))
    size = struct.calcsize(kind)
    data[at : at + size] = struct.pack(kind, draw(st.sampled_from(_NUMBERS)) % 256**size)


def _cut(draw: Draw, data: bytearray, _seeds: list[bytes]) -> None:
    del data[_place(draw, data) :]


def _drop(draw: Draw, data: bytearray, _seeds: list[bytes]) -> None:
    at = _place(draw, data)
    del data[at : at + draw(st.integers(1, 64))]


def _insert(draw: Draw, data: bytearray, _seeds: list[bytes]) -> None:
    at = _place(draw, data)
    data[at:at] = draw(st.binary(min_size=1, max_size=16))


def _repeat(draw: Draw, data: bytearray, _seeds: list[bytes]) -> None:
    at = _place(draw, data)
    part = bytes(data[at : at + draw(st.integers(1, 64))])
    data[at:at] = part * draw(st.integers(1, 200))


def _splice(draw: Draw, data: bytearray, seeds: list[bytes]) -> None:
    other, at = draw(st.sampled_from(seeds)), _place(draw, data)
    data[at:] = other[min(at, len(other)) :]


def _with_checksums(png: bytes) -> bytes:
    mended, position = bytearray(png), len(_PNG)
    while position + 12 <= len(mended):
        (length,) = struct.unpack_from(">I", mended, position)
        end = position + 8 + length
        if end + 4 > len(mended):
            break
        struct.pack_into(">I", mended, end, zlib.crc32(mended[position + 4 : end]))
        position = end + 4
    return bytes(mended)


def _saved(image: Image.Image, format_name: str, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()
