"""Films packed for the live contrast in the browser: a header, histograms, pixels; read by its ``film.js``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mammo.imaging.display import around_breast, reduced
from mammo.imaging.gray_image import GrayImage, Mask, to_stored
from mammo.imaging.histogram import histogram

LONGEST_PX = 1200  # of what is drawn; scores, percentiles and shares are of the whole film
_FINEST = 65535
_WHOLE = 0.02  # stored values that went through float32 are nearer to whole numbers than this
_ALIGNMENT = 4  # of the numbers behind the header, in bytes


@dataclass(frozen=True)
class PackedFilm:
    """Bytes for the browser, and the name under which it finds them again."""

    id: str
    content: bytes


def pack_film(pixels: GrayImage, breast: Mask, bits: int) -> PackedFilm:
    """The film around the breast as stored integers, with the histograms of all of it.

    Args:
        pixels: The film, shape (height, width), values in [0, 1].
        breast: Where the breast is, same shape.
        bits: Significant bits of the stored pixels, 8 to 16.

    Returns:
        JSON header; counts, then levels of the breast's and the film's histograms; the pixels as uint16 from 0 to the
        header's ``top``; the breast as uint8. Pixels are the stored ones unless the film was too large and averaged.
    """
    here = around_breast(breast)
    shown = reduced(pixels[here], LONGEST_PX)
    full_scale = 2**bits - 1
    top = full_scale if _is_whole(shown * np.float32(full_scale)) else _FINEST  # averaged and mixed ones lie between
    stored = np.rint(shown * np.float32(top)).astype(np.uint16)
    counts = [histogram(pixels, breast), histogram(pixels)]
    levels = [np.flatnonzero(one) for one in counts]
    inside = pixels[breast]
    shown_breast = reduced(breast[here].astype(np.float32), LONGEST_PX) >= 0.5
    header = {
        "height": shown.shape[0],
        "width": shown.shape[1],
        "top": top,
        "full_scale": full_scale,
        "least": float(pixels.min()),
        "most": float(pixels.max()),
        "black_before": float(np.mean(inside <= 0)),
        "white_before": float(np.mean(inside >= 1)),
        "histograms": [len(one) for one in levels],
    }
    arrays = [one[present].astype(np.uint32) for one, present in zip(counts, levels, strict=True)]
    arrays += [present.astype(np.uint16) for present in levels]
    return _packed(header, [*arrays, stored, shown_breast])


def pack_shades(enhanced: GrayImage, breast: Mask) -> PackedFilm:
    """The same part of an enhanced film as ``pack_film`` shows, as 8-bit gray."""
    shades = to_stored(reduced(enhanced[around_breast(breast)], LONGEST_PX), 8)
    return _packed({"height": shades.shape[0], "width": shades.shape[1]}, [shades])


def _is_whole(values: npt.NDArray[np.float32]) -> bool:
    return bool(np.abs(values - np.rint(values)).max() < _WHOLE)


def _packed(header: dict[str, Any], arrays: list[npt.NDArray[Any]]) -> PackedFilm:
    body = b"".join(array.tobytes() for array in arrays)
    name = hashlib.sha256(json.dumps(header).encode() + body).hexdigest()[:16]
    text = json.dumps({**header, "id": name}).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return PackedFilm(name, len(text).to_bytes(4, "little") + text + body)
