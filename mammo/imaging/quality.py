"""Pictures that a person should look at before they are learnt from."""

from __future__ import annotations

import cv2
import numpy as np

from mammo.imaging.breast import breast_mask
from mammo.imaging.gray_image import GrayImage

_BLANK_SPREAD = 0.02  # between the 1st and 99th percentile: nothing but noise
_SATURATED_SHARE = 0.2  # of the breast at the brightest gray level: its detail is lost
_INVERTED_BORDER = 0.6  # median of the outermost pixels: air is dark in a film
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
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    if np.median(edge) > _INVERTED_BORDER and np.median(edge) > np.median(image):
        flags.append("inverted: the background is bright")
    if _constant_bottom_share(image) > _CUT_SHARE:
        flags.append("cut: the lower rows hold one gray level")
    if min(image.shape) < _TINY_SIDE_PX:
        flags.append(f"tiny: {image.shape[1]} x {image.shape[0]} pixels")
    return tuple(flags)


def perceptual_hash(image: GrayImage) -> int:
    """64 bits that stay nearly the same when a picture is resized, recompressed or stretched (difference hash)."""
    small = cv2.resize(image, (9, 8), interpolation=cv2.INTER_AREA)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _constant_bottom_share(image: GrayImage) -> float:
    """Share of the rows, counted from the bottom, whose pixels are all of one mid gray: air is black, not gray."""
    filling = image[-1, 0]
    if filling < 0.1:
        return 0.0
    differs = np.flatnonzero((image != filling).any(axis=1))
    last = int(differs[-1]) if differs.size else -1
    return (image.shape[0] - 1 - last) / image.shape[0]
