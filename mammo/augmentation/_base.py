"""What an augmentation is, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.parameters import Parameter
from mammo.registry import Registry

AffineMatrix = npt.NDArray[np.float64]
"""Shape (3, 3), maps (x, y, 1) in pixels to pixels with the origin at the centre of the picture, y downwards."""


@dataclass(frozen=True)
class Augmentation:
    """A random geometric change that keeps the label.

    ``sample(rng, size, *, <parameters>)`` draws one change for a picture of ``size`` x ``size`` pixels. It returns the
    matrix, which carries a point of the picture to its new place, and the words that stand under a preview tile
    ("+137°", "mirrored"; "" where nothing was done).
    """

    name: str
    label: str
    sample: Callable[..., tuple[AffineMatrix, str]]
    source: str
    parameters: tuple[Parameter, ...] = ()


AUGMENTATIONS: Registry[Augmentation] = Registry("augmentation")
