"""Random mirroring."""

from __future__ import annotations

import numpy as np

from mammo.augmentation._base import AUGMENTATIONS, AffineMatrix, Augmentation, affine_matrices
from mammo.augmentation.random_streams import RandomStreams
from mammo.parameters import Number


def sample_reflection(
    rng: np.random.Generator, _size: int, *, x_probability: float, y_probability: float
) -> tuple[AffineMatrix, str]:
    """Left and right, and top and bottom, exchanged with the given probabilities."""
    mirrored, flipped = rng.random() < x_probability, rng.random() < y_probability
    matrix = np.diag([-1.0 if mirrored else 1.0, -1.0 if flipped else 1.0, 1.0])
    return matrix, ", ".join(word for word, done in (("mirrored", mirrored), ("upside down", flipped)) if done)


def sample_reflections(
    streams: RandomStreams, _size: int, *, x_probability: float, y_probability: float
) -> AffineMatrix:
    """As ``sample_reflection``, for many."""
    mirrored, flipped = streams.random() < x_probability, streams.random() < y_probability
    return affine_matrices((np.where(mirrored, -1, 1), 0, 0, np.where(flipped, -1, 1)))


AUGMENTATIONS.add(
    Augmentation(
        name="reflection",
        label="Reflection",
        sample=sample_reflection,
        sample_many=sample_reflections,
        source="MATLAB imageDataAugmenter RandXReflection: probability 0.5",
        parameters=(
            Number("x_probability", "Left-right probability", 0, 1, default=0.5, step=0.05),
            Number("y_probability", "Top-bottom probability", 0, 1, default=0, step=0.05),
        ),
    )
)
