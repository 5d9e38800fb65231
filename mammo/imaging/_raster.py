"""PNG, JPEG and TIFF by Pillow (16-bit colour by OpenCV, which keeps its depth), PGM by hand."""

from __future__ import annotations

import io
import re
import struct

import cv2
import numpy as np
from PIL import Image, ImageOps

from mammo.errors import ImageError
from mammo.imaging._limits import check_frames, check_size
from mammo.imaging._png import check_png, with_stored_pixels
from mammo.imaging._scaling import Pixels, full_scale

_TOO_LARGE_FOR_PILLOW = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_DECODED_AT_ONCE = 1 << 20  # bytes; after Pillow's usual 64 KiB a thread waits each time for the interpreter
# TIFF tags
_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _SAMPLE_FORMAT = 258, 259, 262, 277, 339
_PARTS = ((273, 279), (324, 325))  # offsets and byte counts: of strips, of tiles
_UNCOMPRESSED, _WHITE_IS_ZERO, _SIGNED = 1, 0, 2


def decode_raster(name: str, data: bytes, found: str, *, is_known: bool) -> tuple[Pixels, tuple[str, ...]]:
    """Stored pixels at full depth, upright, (H, W) or (H, W, C); and warnings. ``is_known`` as in ``decode_image``.

    Raises:
        ImageError: ``corrupt``, ``truncated``, ``multi_frame``, or what ``check_size`` refuses.
    """
    if found == "PGM":
        return _pgm(name, data), ()
    if found == "PNG" and not is_known:
        check_png(name, data)
    if found == "TIFF":
        _check_tiff_directory(name, data)
    try:
        content = with_stored_pixels(data) if found == "PNG" else data
        with Image.open(io.BytesIO(content), formats=(found,)) as image:
            image.decodermaxblock = _DECODED_AT_ONCE
            check_size(name, *image.size)
            check_frames(name, getattr(image, "n_frames", 1))
            if found == "TIFF":
                _check_strips(name, image, len(data))
            return _pixels(name, image, data)
    except ImageError:
        raise
    except _TOO_LARGE_FOR_PILLOW:
        raise ImageError(f"{name} has more pixels than are read.", code="too_many_pixels") from None
    except Exception as error:  # noqa: BLE001 - Pillow raises many types on damaged files; all mean the same here
        raise _damaged(name, found, error) from None


def _pixels(name: str, image: Image.Image, data: bytes) -> tuple[Pixels, tuple[str, ...]]:
    warnings: tuple[str, ...] = ()
    image.load()
    if _is_deep_colour(image, data):
        return _deep_colour(name, image, data)
    upright = image
    ImageOps.exif_transpose(upright, in_place=True)
    if upright.mode == "CMYK":
        upright, warnings = upright.convert("RGB"), ("colour image",)
    elif upright.mode in {"P", "PA"}:
        upright = upright.convert("RGBA" if "transparency" in upright.info else "RGB")
    elif upright.mode in {"YCbCr", "LAB", "HSV"}:
        upright = upright.convert("RGB")
    pixels = np.asarray(upright)
    tags = getattr(image, "tag_v2", {})
    if upright.mode == "I" and tags.get(_SAMPLE_FORMAT) == (_SIGNED,) and tags.get(_BITS) == (16,):
        return pixels.astype(np.int16), warnings  # a signed 16-bit TIFF; Pillow widens it
    if upright.mode.startswith("I;16") and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        return full_scale(pixels) - pixels, warnings  # Pillow turns round 8 bits of this kind, and not 16
    return pixels, warnings


def _is_deep_colour(image: Image.Image, data: bytes) -> bool:
    """16 bits in several channels, which Pillow would cut to 8."""
    if image.format == "TIFF":
        bits = getattr(image, "tag_v2", {}).get(_BITS, ())
        return len(bits) > 1 and max(bits) == 16
    return image.format == "PNG" and data[24] == 16 and data[25] in {2, 4, 6}


def _deep_colour(name: str, image: Image.Image, data: bytes) -> tuple[Pixels, tuple[str, ...]]:
    """By OpenCV, which turns the picture upright and drops its alpha."""
    deep = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH)
    if deep is None:
        raise ImageError(f"{name} is damaged and can't be decoded.", code="corrupt")
    clear = "A" in image.getbands() and image.getchannel("A").getextrema() != (255, 255)
    return deep[..., ::-1] if deep.ndim == 3 else deep, ("transparency dropped",) if clear else ()


def _check_tiff_directory(name: str, data: bytes) -> None:
    """Many writers put the directory last; without it there is nothing to open."""
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack(f"{order}H", data[2:4])[0] == 43
    (directory,) = struct.unpack(f"{order}Q", data[8:16]) if big else struct.unpack(f"{order}I", data[4:8])
    if directory >= len(data):
        raise ImageError(f"{name} is cut off: its directory is missing.", code="truncated")


def _check_strips(name: str, image: Image.Image, size: int) -> None:
    """Pillow reads on past wrong byte counts, into whatever follows."""
    tags = getattr(image, "tag_v2", {})
    stored = 0
    for offsets, counts in _PARTS:
        for offset, count in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False):
            stored += count
            if offset + count > size:
                raise ImageError(f"{name} is cut off: some of its strips are missing.", code="truncated")
    bits = max(tags.get(_BITS, (1,))) * tags.get(_SAMPLES, 1)
    if tags.get(_COMPRESSION, _UNCOMPRESSED) == _UNCOMPRESSED and 8 * stored < image.width * image.height * bits:
        raise ImageError(f"{name} is cut off: its strips hold {stored} bytes, too few.", code="truncated")


def _pgm(name: str, data: bytes) -> Pixels:
    """Portable gray map, P2 (text) or P5 (binary), 8 to 16 bit, scaled to the range of its type."""
    gap, number = rb"(?:\s|#[^\n]*\n)+", rb"(\d{1,9})"
    header = re.match(rb"(P[25])" + gap + number + gap + number + gap + number + rb"\s", data)
    if header is None:
        raise ImageError(f"{name} has no complete PGM header; the file is damaged.", code="unreadable_image")
    width, height, top = (int(value) for value in header.groups()[1:])
    check_size(name, width, height)
    if not 0 < top <= 65535:
        raise ImageError(f"{name} says that its brightest gray is {top}; 1 to 65535 is possible.", code="corrupt")
    count = width * height
    if header[1] == b"P2":
        values = _written_numbers(name, data[header.end() :].split()[:count])
    else:
        stored = np.dtype(np.uint8 if top < 256 else ">u2")
        values = np.frombuffer(
            data, stored, offset=header.end(), count=min(count, (len(data) - header.end()) // stored.itemsize)
        )
    if values.size < count:
        raise ImageError(f"{name} is cut off: {values.size} of {count} pixels are there.", code="truncated")
    if values.min() < 0 or values.max() > top:
        raise ImageError(
            f"{name} holds grays from {values.min()} to {values.max()}, beyond its own 0 to {top}.", code="corrupt"
        )
    return _full_range(values.reshape(height, width), top)


def _written_numbers(name: str, words: list[bytes]) -> Pixels:
    try:
        return np.array(words, dtype=np.int64)
    except (ValueError, OverflowError):
        raise ImageError(f"{name} holds something else than numbers; the file is damaged.", code="corrupt") from None


def _full_range(values: Pixels, top: int) -> Pixels:
    """8-bit and 12- or 16-bit maps as they are; any other maximum becomes 1.0 exactly."""
    if top == 255:
        return values.astype(np.uint8)
    if top in {4095, 65535}:
        return values.astype(np.uint16)
    return (values / top).astype(np.float32)


def _damaged(name: str, found: str, error: Exception) -> ImageError:
    text = str(error).lower()
    if "truncated" in text or "not enough" in text:
        return ImageError(f"{name} is cut off: its end is missing.", code="truncated")
    if found == "PNG" or "broken" in text or "corrupt" in text:
        return ImageError(f"{name} is damaged and can't be decoded.", code="corrupt")
    return ImageError(f"{name} can't be decoded as {found}; the file is damaged.", code="unreadable_image")
