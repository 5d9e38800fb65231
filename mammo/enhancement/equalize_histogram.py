"""Histogram equalisation."""

from __future__ import annotations

import numpy as np

from mammo.enhancement._base import ENHANCEMENTS, Enhancement
from mammo.enhancement._points import enhancement
from mammo.imaging.gray_image import GrayImage
from mammo.imaging.histogram import BINS, histogram


@enhancement
def equalize_histogram(image: GrayImage) -> GrayImage:
    """Give every gray level the share of pixels at or below it, so that all levels are used alike.

    The darkest level becomes 0 and the brightest 1, as OpenCV's equalizeHist has it; on 65,536 levels instead of 256.

    Example:
        >>> equalize_histogram(np.float32([[0.1, 0.2, 0.9]])).tolist()
        [[0.0, 0.5, 1.0]]
    """
    counts = histogram(image)
    cumulative = np.cumsum(counts)
    darkest = counts[np.flatnonzero(counts)[0]]
    if cumulative[-1] == darkest:
        return image
    table = ((cumulative - darkest) / (cumulative[-1] - darkest)).astype(np.float32)
    levels = np.rint(image * np.float32(BINS - 1)).astype(np.uint16)
    return np.asarray(table[levels])


ENHANCEMENTS.add(
    Enhancement(
        name="equalize_histogram",
        label="Histogram equalisation",
        apply=equalize_histogram,
        source="OpenCV equalizeHist, on 65,536 levels",
    )
)
