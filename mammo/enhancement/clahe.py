"""Contrast-limited adaptive histogram equalisation."""

from __future__ import annotations

import math

import cv2
import numpy as np

from mammo.enhancement._base import ENHANCEMENTS, Enhancement
from mammo.enhancement._points import enhancement
from mammo.imaging.gray_image import GrayImage
from mammo.parameters import Number

_BINS = 4096
_PIXELS_PER_BIN = 4  # on average in a tile, at least


@enhancement
def equalize_adaptively(image: GrayImage, *, clip_limit: float, tile_grid: int) -> GrayImage:
    """Equalise the histogram of each tile, its peaks clipped, and blend between tiles.

    Args:
        image: Gray image, shape (height, width), values in [0, 1].
        clip_limit: Greatest height of a histogram bin, in units of its mean.
        tile_grid: Tiles along each side.

    Histograms have 4,096 bins. On 65,536, as many as a 16-bit image has levels, a bin holds less than one pixel and no
    limit clips anything; for the same reason each pixel of a small image is counted several times.

    Source:
        Zuiderveld 1994, Contrast limited adaptive histogram equalization; OpenCV createCLAHE.
    """
    height, width = image.shape
    times = math.ceil(math.sqrt(_PIXELS_PER_BIN * _BINS * tile_grid**2 / image.size))
    levels = np.rint(image * np.float32(65535)).astype(np.uint16)
    larger = cv2.resize(levels, (times * width, times * height), interpolation=cv2.INTER_NEAREST)
    method = cv2.createCLAHE(clipLimit=clip_limit, tileGridSize=(int(tile_grid), int(tile_grid)))
    method.setBitShift(16 - int(math.log2(_BINS)))
    equalized = method.apply(larger)[times // 2 :: times, times // 2 :: times]
    return np.asarray(equalized, np.float32) / np.float32(65535)


ENHANCEMENTS.add(
    Enhancement(
        name="clahe",
        label="CLAHE",
        apply=equalize_adaptively,
        source="Zuiderveld 1994; OpenCV createCLAHE",
        parameters=(
            Number("clip_limit", "Clip limit", 0.5, 10, default=2, step=0.5, help="Higher gives more local contrast."),
            Number("tile_grid", "Tiles a side", 2, 32, default=8, step=1, integer=True),
        ),
    )
)
