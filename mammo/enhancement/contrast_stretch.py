"""Contrast stretching: the paper's, by percentiles, by limits, and in pieces."""

from __future__ import annotations

import numpy as np

from mammo.enhancement._base import ENHANCEMENTS, Enhancement
from mammo.enhancement._points import enhancement, line, require_below
from mammo.enhancement._tones import GrayLevels, of_levels_alone
from mammo.errors import ParameterError
from mammo.imaging.breast import breast_mask
from mammo.imaging.gray_image import GrayImage
from mammo.imaging.histogram import percentiles
from mammo.parameters import Choice, Number


@enhancement
def stretch_contrast(image: GrayImage) -> GrayImage:
    """Map the darkest pixel to 0 and the brightest to 1, linearly in between.

    On a whole film with black air and a white label this changes almost nothing; percentiles inside the breast do.

    Source:
        The paper, section 2.2.2: "rescaled between 0 to maximum pixel intensity value of L"; L is 1 here.

    Example:
        >>> stretch_contrast(np.float32([[0.25, 0.5, 0.75]])).tolist()
        [[0.0, 0.5, 1.0]]
    """
    return line(image, float(image.min()), float(image.max()))


@enhancement
def stretch_percentiles(image: GrayImage, *, low: float, high: float, region: str) -> GrayImage:
    """Map the gray levels between two percentiles linearly onto [0, 1] and clip the rest.

    Args:
        image: Gray image, shape (height, width), values in [0, 1].
        low: Percentile in [0, 100] that becomes black.
        high: Percentile in [0, 100] that becomes white.
        region: "breast" takes the percentiles of the pixels inside the breast, "image" of all.

    Returns:
        Image of the same shape, float32 in [0, 1]. A constant image, or one whose percentiles coincide, is unchanged.

    Raises:
        ParameterError: If ``low`` is not below ``high``.

    Source:
        MATLAB ``imadjust(I, stretchlim(I, [low high] / 100))``.

    Example:
        >>> stretch_percentiles(np.float32([[0, 0.2, 1]]), low=0, high=50, region="image").tolist()
        [[0.0, 1.0, 1.0]]
    """
    _require_order(low, high)
    mask = breast_mask(image) if region == "breast" else None
    black, white = percentiles(image, [low, high], mask)
    return line(image, black, white)


def _require_order(low: float, high: float) -> None:
    require_below(low, high, ("The black point", "the white point"), " %")


def _tones_of_percentiles(levels: GrayLevels, *, low: float, high: float, region: str) -> GrayImage:
    _require_order(low, high)
    return line(levels.scale, *levels.percentiles([low, high], region))


@enhancement
def stretch_limits(image: GrayImage, *, black: float, white: float) -> GrayImage:
    """Map the gray levels from ``black`` to ``white`` linearly onto [0, 1] and clip the rest.

    Raises:
        ParameterError: If ``black`` is not below ``white``.

    Source:
        MATLAB ``imadjust(I, [black white])``.

    Example:
        >>> stretch_limits(np.float32([[0.25, 0.5, 1]]), black=0.25, white=0.75).tolist()
        [[0.0, 0.5, 1.0]]
    """
    require_below(black, white, ("The black point", "the white point"))
    return line(image, black, white)


@enhancement
def stretch_piecewise(image: GrayImage, *, r1: float, s1: float, r2: float, s2: float) -> GrayImage:
    """Map gray levels along three straight lines: (0, 0) to (r1, s1) to (r2, s2) to (1, 1).

    Raises:
        ParameterError: If ``r1`` is not below ``r2``, or ``s1`` is above ``s2``.

    Source:
        Gonzalez and Woods, Digital Image Processing, contrast stretching by a piecewise-linear transformation.

    Example:
        >>> stretch_piecewise(np.float32([[0, 0.25, 0.5, 1]]), r1=0.25, s1=0, r2=0.75, s2=1).tolist()
        [[0.0, 0.0, 0.5, 1.0]]
    """
    require_below(r1, r2, ("The first input level", "the second input level"))
    if s1 > s2:
        raise ParameterError(f"The first output level ({s1:g}) must not be above the second ({s2:g}).")
    return np.interp(image, [0, r1, r2, 1], [0, s1, s2, 1]).astype(np.float32)


ENHANCEMENTS.add(
    Enhancement(
        name="contrast_stretch",
        label="Contrast stretching (paper)",
        apply=stretch_contrast,
        tones=lambda levels: line(levels.scale, levels.least, levels.most),
        source="Bokade et al. 2024, section 2.2.2",
    )
)
ENHANCEMENTS.add(
    Enhancement(
        name="stretch_percentiles",
        label="Contrast stretching by percentiles",
        apply=stretch_percentiles,
        tones=_tones_of_percentiles,
        source="MATLAB imadjust with stretchlim",
        parameters=(
            Number("low", "Black point", 0, 99, default=1, step=0.5, unit="%", help="This share becomes black."),
            Number("high", "White point", 1, 100, default=99, step=0.5, unit="%", help="All above becomes white."),
            Choice("region", "Percentiles of", ("breast", "image"), default="breast"),
        ),
    )
)
ENHANCEMENTS.add(
    Enhancement(
        name="stretch_limits",
        label="Contrast stretching by limits",
        apply=stretch_limits,
        tones=of_levels_alone(stretch_limits),
        source="MATLAB imadjust",
        parameters=(
            Number("black", "Black point", 0, 1, default=0, step=0.01),
            Number("white", "White point", 0, 1, default=1, step=0.01),
        ),
    )
)
ENHANCEMENTS.add(
    Enhancement(
        name="stretch_piecewise",
        label="Contrast stretching in pieces",
        apply=stretch_piecewise,
        tones=of_levels_alone(stretch_piecewise),
        source="Gonzalez and Woods",
        parameters=(
            Number("r1", "First input level", 0, 1, default=0.25, step=0.01),
            Number("s1", "First output level", 0, 1, default=0.1, step=0.01),
            Number("r2", "Second input level", 0, 1, default=0.75, step=0.01),
            Number("s2", "Second output level", 0, 1, default=0.9, step=0.01),
        ),
    )
)
