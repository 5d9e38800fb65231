"""Gray levels without their film: enough for a method that changes a level alike wherever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.imaging.gray_image import GrayImage, Mask
from mammo.imaging.histogram import histogram, percentiles_of


@dataclass(frozen=True)
class GrayLevels:
    """What a film has of each gray level."""

    scale: GrayImage  # (1, N), levels from 0 to 1
    least: float
    most: float
    cumulative: Mapping[str, npt.NDArray[np.int64]]  # by region: pixels at or below each of BINS levels

    def percentiles(self, wanted: Sequence[float], region: str) -> list[float]:
        """Percentiles in [0, 100] of the gray levels in the "breast" or the "image"."""
        return percentiles_of(self.cumulative[region], wanted)


def levels_of(image: GrayImage, breast: Mask, count: int) -> GrayLevels:
    """The gray levels of a film, and a scale of ``count`` levels."""
    return GrayLevels(
        scale=np.linspace(0, 1, count, dtype=np.float32)[np.newaxis],
        least=float(image.min()),
        most=float(image.max()),
        cumulative={"breast": np.cumsum(histogram(image, breast)), "image": np.cumsum(histogram(image))},
    )


def of_levels_alone(apply: Callable[..., GrayImage]) -> Callable[..., GrayImage]:
    """Tones of a method that asks nothing of the film: what it makes of the scale."""

    def tones(levels: GrayLevels, **values: float | str | bool) -> GrayImage:
        return apply(levels.scale, **values)

    return tones
