"""Random shift."""

from __future__ import annotations

import numpy as np

from mammo.augmentation._base import AUGMENTATIONS, AffineMatrix, Augmentation, affine_matrices
from mammo.augmentation.random_streams import RandomStreams
from mammo.parameters import Number

REFERENCE_SIZE = 227  # pixels: the paper's input, to which its shifts refer


def sample_translation(rng: np.random.Generator, size: int, *, shift: float) -> tuple[AffineMatrix, str]:
    """A shift along each axis drawn evenly from [-shift, shift) pixels of a 227-pixel input, scaled to ``size``."""
    x, y = rng.uniform(-shift, shift, 2) * (size / REFERENCE_SIZE)
    matrix = np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])
    return matrix, f"dx {round(x):+d}, dy {round(y):+d} px" if shift else ""


def sample_translations(streams: RandomStreams, size: int, *, shift: float) -> AffineMatrix:
    """As ``sample_translation``, for many."""
    x, y = (streams.uniform(-shift, shift) * (size / REFERENCE_SIZE) for _ in range(2))
    return affine_matrices(shift=(x, y))


AUGMENTATIONS.add(
    Augmentation(
        name="translation",
        label="Translation",
        sample=sample_translation,
        sample_many=sample_translations,
        source="MATLAB imageDataAugmenter RandXTranslation, RandYTranslation: continuous uniform",
        parameters=(Number("shift", "Greatest shift", 0, 113, default=30, step=1, unit="px at 227"),),
    )
)
