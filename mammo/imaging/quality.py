"""Pictures that a person should look at before they are learnt from."""

from __future__ import annotations

import cv2
import numpy as np

from mammo.imaging.breast import breast_mask
from mammo.imaging.gray_image import GrayImage
from mammo.imaging.histogram import is_constant

_BLANK_SPREAD = 0.02  # between the 1st and 99th percentile: nothing but noise
_SATURATED_SHARE = 0.2  # of the breast at the brightest gray level: its detail is lost
_INVERTED_TEXTURE = 0.3  # air is smooth: 500 sound films have 0.43 or more, 496 of their negatives less than 0.25
_WORKING_SIDE = 256  # pixels of the longer side, on which texture is compared
_PART_PIXELS = 50  # fewer say nothing about texture
_NOISE = 1e-3  # a quarter of an 8-bit step: keeps flat parts comparable
_CUT_SHARE = 0.15  # of the rows, from the bottom, exactly alike: a download that broke off
_TINY_SIDE_PX = 200  # a breast of 24 cm has then pixels of more than a millimetre


def quality_flags(image: GrayImage) -> tuple[str, ...]:
    """What is odd about a picture, in words: blank, saturated, inverted, cut or tiny; empty for a sound one.

    Args:
        image: Shape (height, width), values in [0, 1].
    """
    if is_constant(image):
        return ("constant image",)
    flags = []
    low, high = np.percentile(image[::4, ::4], [1, 99])
    if high - low < _BLANK_SPREAD:
        flags.append("blank: almost no contrast")
    inside = image[breast_mask(image)]
    at_top = float((inside >= image.max()).mean()) if inside.size else 0.0
    if at_top > _SATURATED_SHARE:
        flags.append(f"saturated: {100 * at_top:.0f} % of the breast is at the brightest level")
    if _texture_ratio(image) < _INVERTED_TEXTURE:
        flags.append("inverted: the background is bright")
    if _constant_bottom_share(image) > _CUT_SHARE:
        flags.append("cut: the lower rows hold one gray level")
    if min(image.shape) < _TINY_SIDE_PX:
        flags.append(f"tiny: {image.shape[1]} x {image.shape[0]} pixels")
    return tuple(flags)


def _texture_ratio(image: GrayImage) -> float:
    """Local standard deviation in the brighter part of the picture over that in the darker part, parted after Otsu.

    The outer twelfth is left out, where a film has its white border, and so is the edge between the parts.
    """
    factor = min(1.0, _WORKING_SIDE / max(image.shape))
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    rows, columns = small.shape[0] // 12, small.shape[1] // 12
    smooth = cv2.GaussianBlur(small[rows : small.shape[0] - rows, columns : small.shape[1] - columns], (0, 0), 1.5)
    levels = np.rint(smooth * 255).astype(np.uint8)
    _, bright = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mean = cv2.blur(smooth, (9, 9))
    spread = np.sqrt(np.maximum(cv2.blur(smooth * smooth, (9, 9)) - mean * mean, 0))
    parts = [cv2.erode(part.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0 for part in (bright, 1 - bright)]
    if min(int(part.sum()) for part in parts) < _PART_PIXELS:
        return 1.0
    in_bright, in_dark = (float(np.median(spread[part])) + _NOISE for part in parts)
    return in_bright / in_dark


def _constant_bottom_share(image: GrayImage) -> float:
    """Share of the rows, counted from the bottom, whose pixels are all of one mid gray: air is black, not gray."""
    filling = image[-1, 0]
    if filling < 0.1:
        return 0.0
    differs = np.flatnonzero((image != filling).any(axis=1))
    last = int(differs[-1]) if differs.size else -1
    return float((image.shape[0] - 1 - last) / image.shape[0])
