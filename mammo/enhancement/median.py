"""Median filtering."""

from __future__ import annotations

import numpy as np

from mammo.enhancement._base import ENHANCEMENTS, Enhancement
from mammo.enhancement._points import enhancement
from mammo.errors import ParameterError
from mammo.imaging.gray_image import GrayImage
from mammo.parameters import Number


@enhancement
def filter_median(image: GrayImage, *, size: int) -> GrayImage:
    """Replace every pixel by the median of the square around it, edges mirrored; removes dust and keeps edges.

    Raises:
        ParameterError: If ``size`` is even: the square then has no middle.

    Source:
        Tukey 1977.
    """
    from scipy import ndimage  # here only: pages load this module

    if size % 2 == 0:
        raise ParameterError(f"The side of the median filter must be odd; {size:g} is even.")
    return np.asarray(ndimage.median_filter(image, size=int(size), mode="reflect"), np.float32)


ENHANCEMENTS.add(
    Enhancement(
        name="median",
        label="Median filter",
        apply=filter_median,
        source="Tukey 1977; MATLAB medfilt2",
        parameters=(Number("size", "Side", 3, 15, default=3, step=2, unit="px", integer=True),),
    )
)
