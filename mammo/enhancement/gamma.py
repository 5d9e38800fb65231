"""Gamma correction."""

from __future__ import annotations

import numpy as np

from mammo.enhancement._base import ENHANCEMENTS, Enhancement
from mammo.enhancement._points import enhancement
from mammo.enhancement._tones import of_levels_alone
from mammo.imaging.gray_image import GrayImage
from mammo.parameters import Number


@enhancement
def correct_gamma(image: GrayImage, *, gamma: float) -> GrayImage:
    """Raise every gray level to the power ``gamma``: below 1 lifts dark tissue, above 1 darkens it.

    Example:
        >>> correct_gamma(np.float32([[0, 0.5, 1]]), gamma=2).tolist()
        [[0.0, 0.25, 1.0]]
    """
    return np.power(image, np.float32(gamma))


ENHANCEMENTS.add(
    Enhancement(
        name="gamma",
        label="Gamma correction",
        apply=correct_gamma,
        tones=of_levels_alone(correct_gamma),
        source="MATLAB imadjust(I, [], [], gamma)",
        parameters=(Number("gamma", "Gamma", 0.2, 5, default=1, step=0.05, help="Below 1 lifts dark tissue."),),
    )
)
