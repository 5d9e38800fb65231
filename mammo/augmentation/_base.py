"""What an augmentation is, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    ``sample_many(streams, size, *, <parameters>)`` draws the same changes for N pictures at once, shape (N, 3, 3); one
    that has no such way is drawn picture by picture.
    """

    name: str
    label: str
    sample: Callable[..., tuple[AffineMatrix, str]]
    source: str
    parameters: tuple[Parameter, ...] = ()
    sample_many: Callable[..., AffineMatrix] | None = None


def affine_matrices(
    linear: Sequence[npt.ArrayLike] = (1, 0, 0, 1), shift: Sequence[npt.ArrayLike] = (0, 0)
) -> AffineMatrix:
    """Matrices, shape (N, 3, 3), from the four numbers of their linear part, row by row, and the two of their shift.

    Each is a number for all or an array of shape (N,).
    """
    numbers = [np.atleast_1d(one) for one in (*linear[:2], shift[0], *linear[2:], shift[1], 0, 0, 1)]
    return np.stack(np.broadcast_arrays(*numbers), -1).astype(np.float64).reshape(-1, 3, 3)


AUGMENTATIONS: Registry[Augmentation] = Registry("augmentation")
