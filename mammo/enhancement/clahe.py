"""Contrast-limited adaptive histogram equalisation."""

from __future__ import annotations

import cv2
import numpy as np

from mammo.enhancement._base import ENHANCEMENTS, Enhancement
from mammo.enhancement._points import enhancement
from mammo.imaging.gray_image import GrayImage
from mammo.parameters import Number


@enhancement
def equalize_adaptively(image: GrayImage, *, clip_limit: float, tile_grid: int) -> GrayImage:
    """Equalise the histogram of each tile, its peaks clipped, and blend between tiles.

    Args:
        image: Gray image, shape (height, width), values in [0, 1]; computed on 65,536 levels.
        clip_limit: Greatest height of a histogram bin, in units of its mean.
        tile_grid: Tiles along each side.

    Source:
        Zuiderveld 1994, Contrast limited adaptive histogram equalization; OpenCV createCLAHE.
    """
    levels = np.rint(image * np.float32(65535)).astype(np.uint16)
    method = cv2.createCLAHE(clipLimit=clip_limit, tileGridSize=(int(tile_grid), int(tile_grid)))
    return np.asarray(method.apply(levels), np.float32) / np.float32(65535)


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
