"""Random zoom."""

from __future__ import annotations

import math

import numpy as np

from mammo.augmentation._base import AUGMENTATIONS, AffineMatrix, Augmentation, affine_matrices
from mammo.augmentation.random_streams import RandomStreams
from mammo.errors import ParameterError
from mammo.parameters import Number


def sample_scaling(rng: np.random.Generator, _size: int, *, low: float, high: float) -> tuple[AffineMatrix, str]:
    """A factor drawn from [low, high), evenly on the logarithmic scale: halving is as likely as doubling.

    Raises:
        ParameterError: If ``low`` is above ``high``.
    """
    if low > high:
        raise ParameterError(f"The least factor ({low:g}) must not be above the greatest ({high:g}).")
    factor = math.exp(float(rng.uniform(math.log(low), math.log(high))))
    return np.diag([factor, factor, 1.0]), f"scale {factor:.2f}" if factor != 1 else ""


def sample_scalings(streams: RandomStreams, _size: int, *, low: float, high: float) -> AffineMatrix:
    """As ``sample_scaling``, for many."""
    drawn = streams.uniform(math.log(low), math.log(high)).tolist()
    factor = np.array([math.exp(one) for one in drawn])  # numpy's own may end in another bit
    return affine_matrices((factor, 0, 0, factor))


AUGMENTATIONS.add(
    Augmentation(
        name="scaling",
        label="Scale",
        sample=sample_scaling,
        sample_many=sample_scalings,
        source="MATLAB imageDataAugmenter RandScale",
        parameters=(
            Number("low", "Least factor", 0.25, 4, default=1, step=0.05),
            Number("high", "Greatest factor", 0.25, 4, default=1, step=0.05),
        ),
    )
)
