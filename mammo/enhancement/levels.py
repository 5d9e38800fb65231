"""Black point, white point and gamma at once: what a hand on a histogram sets."""

from __future__ import annotations

import numpy as np

from mammo.enhancement._base import ENHANCEMENTS, Enhancement
from mammo.enhancement._points import enhancement, line, require_below
from mammo.enhancement._tones import of_levels_alone
from mammo.imaging.gray_image import GrayImage
from mammo.parameters import Number


@enhancement
def adjust_levels(image: GrayImage, *, black: float, white: float, gamma: float) -> GrayImage:
    """Map the gray levels from ``black`` to ``white`` onto [0, 1], clip the rest, and raise to the power ``gamma``.

    Args:
        image: Gray image, shape (height, width), values in [0, 1].
        black: Gray level that becomes black, below ``white``.
        white: Gray level that becomes white.
        gamma: Below 1 lifts dark tissue, above 1 darkens it.

    Raises:
        ParameterError: If ``black`` is not below ``white``.

    Source:
        MATLAB ``imadjust(I, [black white], [], gamma)``.

    Example:
        >>> adjust_levels(np.float32([[0.25, 0.5, 1]]), black=0.25, white=0.75, gamma=2).tolist()
        [[0.0, 0.25, 1.0]]
    """
    require_below(black, white, ("The black point", "the white point"))
    return np.power(line(image, black, white), np.float32(gamma))


ENHANCEMENTS.add(
    Enhancement(
        name="levels",
        label="Black point, white point and gamma",
        apply=adjust_levels,
        tones=of_levels_alone(adjust_levels),
        source="MATLAB imadjust with gamma",
        parameters=(
            Number("black", "Black point", 0, 1, default=0, step=0.01),
            Number("white", "White point", 0, 1, default=1, step=0.01),
            Number("gamma", "Gamma", 0.2, 5, default=1, step=0.05, help="Below 1 lifts dark tissue."),
        ),
    )
)
