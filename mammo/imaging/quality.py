"""Pictures that a person should look at before they are learnt from."""

from __future__ import annotations

import numpy as np

from mammo.imaging.breast import breast_mask
from mammo.imaging.gray_image import GrayImage

_BLANK_SPREAD = 0.02  # between the 1st and 99th percentile: nothing but noise
_SATURATED_SHARE = 0.2  # of the breast at the brightest gray level: its detail is lost
_INVERTED_BORDER = 0.6  # median of the corners away from the chest wall: air is dark in a film
_CORNER_SHARE = 0.1  # of each side, a white film border of a few pixels left out
_CUT_SHARE = 0.15  # of the rows, from the bottom, exactly alike: a download that broke off
_TINY_SIDE_PX = 200  # a breast of 24 cm has then pixels of more than a millimetre


def quality_flags(image: GrayImage) -> tuple[str, ...]:
    """What is odd about a picture, in words: blank, saturated, inverted, cut or tiny; empty for a sound one.

    Args:
        image: Shape (height, width), values in [0, 1].
    """
    flags = []
    low, high = np.percentile(image[::4, ::4], [1, 99])
    if image.min() == image.max():
        return ("constant image",)
    if high - low < _BLANK_SPREAD:
        flags.append("blank: almost no contrast")
    inside = image[breast_mask(image)]
    at_top = float((inside >= image.max()).mean()) if inside.size else 0.0
    if at_top > _SATURATED_SHARE:
        flags.append(f"saturated: {100 * at_top:.0f} % of the breast is at the brightest level")
    if _background(image) > _INVERTED_BORDER:
        flags.append("inverted: the background is bright")
    if _constant_bottom_share(image) > _CUT_SHARE:
        flags.append("cut: the lower rows hold one gray level")
    if min(image.shape) < _TINY_SIDE_PX:
        flags.append(f"tiny: {image.shape[1]} x {image.shape[0]} pixels")
    return tuple(flags)


def _background(image: GrayImage) -> float:
    """Gray level of the darkest corner: the air beside the breast, whatever labels lie in the others."""
    height, width = image.shape
    rows, columns = max(1, round(_CORNER_SHARE * height)), max(1, round(_CORNER_SHARE * width))
    border_y, border_x = rows // 4, columns // 4
    top, bottom = slice(border_y, rows + border_y), slice(height - rows - border_y, height - border_y)
    left, right = slice(border_x, columns + border_x), slice(width - columns - border_x, width - border_x)
    return min(float(np.median(image[across, along])) for across in (top, bottom) for along in (left, right))


def _constant_bottom_share(image: GrayImage) -> float:
    """Share of the rows, counted from the bottom, whose pixels are all of one mid gray: air is black, not gray."""
    filling = image[-1, 0]
    if filling < 0.1:
        return 0.0
    differs = np.flatnonzero((image != filling).any(axis=1))
    last = int(differs[-1]) if differs.size else -1
    return float((image.shape[0] - 1 - last) / image.shape[0])
