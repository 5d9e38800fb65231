"""Random rotation about the centre."""

from __future__ import annotations

import math

import numpy as np

from mammo.augmentation._base import AUGMENTATIONS, AffineMatrix, Augmentation, affine_matrices
from mammo.augmentation.random_streams import RandomStreams
from mammo.errors import ParameterError
from mammo.parameters import Number


def sample_rotation(rng: np.random.Generator, _size: int, *, low: float, high: float) -> tuple[AffineMatrix, str]:
    """An angle drawn evenly from [low, high) degrees; positive turns clockwise on the screen.

    Raises:
        ParameterError: If ``low`` is above ``high``.
    """
    if low > high:
        raise ParameterError(f"The least angle ({low:g}°) must not be above the greatest ({high:g}°).")
    angle = float(rng.uniform(low, high))
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    matrix = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    return matrix, f"{angle:+.0f}°" if angle else ""


def sample_rotations(streams: RandomStreams, _size: int, *, low: float, high: float) -> AffineMatrix:
    """As ``sample_rotation``, for many."""
    angles = [math.radians(angle) for angle in streams.uniform(low, high).tolist()]
    # numpy's own cosine may end in another bit
    cosine, sine = np.array([math.cos(one) for one in angles]), np.array([math.sin(one) for one in angles])
    return affine_matrices((cosine, -sine, sine, cosine))


AUGMENTATIONS.add(
    Augmentation(
        name="rotation",
        label="Rotation",
        sample=sample_rotation,
        sample_many=sample_rotations,
        source="MATLAB imageDataAugmenter RandRotation: continuous uniform",
        parameters=(
            Number("low", "Least angle", -360, 360, default=0, step=1, unit="°"),
            Number("high", "Greatest angle", -360, 360, default=360, step=1, unit="°"),
        ),
    )
)
