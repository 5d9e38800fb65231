"""The plane in which embeddings differ most, and what of it lies inside a drawn line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError

Points = npt.NDArray[np.float64]  # shape (N, 2)


@dataclass(frozen=True, eq=False)
class Plane:
    """Embeddings by their two principal components."""

    points: Points  # shape (N, 2), about their mean
    explained: tuple[float, float]  # share of the variance along each component

    @property
    def extent(self) -> float:
        """The largest coordinate, of either sign; 1 if all points are one."""
        return float(np.abs(self.points).max(initial=0.0)) or 1.0


def principal_plane(vectors: npt.ArrayLike) -> Plane:
    """The plane of the largest variance; each component points to where its largest loading is positive.

    Args:
        vectors: Embeddings, shape (N, D); brought to length 1 beforehand, they lie in the plane as they do for
            ``nearest_known``.

    Raises:
        ParameterError: If there are fewer than three embeddings, or of fewer than two numbers.
    """
    values = np.asarray(vectors, np.float64)
    if values.ndim != 2 or values.shape[0] < 3 or values.shape[1] < 2:
        raise ParameterError(f"A plane is laid through 3 or more embeddings of 2 or more numbers, not {values.shape}.")
    centered = values - values.mean(axis=0)
    _, lengths, directions = np.linalg.svd(centered, full_matrices=False)
    axes = directions[:2]
    axes = axes * np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])[:, None]
    variances = lengths**2
    total = float(variances.sum()) or 1.0
    return Plane(centered @ axes.T, (float(variances[0] / total), float(variances[1] / total)))


def inside(points: Points, line: Sequence[tuple[float, float]]) -> npt.NDArray[np.bool_]:
    """Which points a closed line encloses, by the even-odd rule; shape (N,).

    Args:
        points: Shape (N, 2).
        line: Corners in order; the last is joined to the first. Fewer than three enclose nothing.
    """
    is_inside = np.zeros(len(points), np.bool_)
    if len(line) < 3:
        return is_inside
    x, y = points[:, 0], points[:, 1]
    for (x1, y1), (x2, y2) in zip(line, [*line[1:], line[0]], strict=True):
        crosses = (y1 > y) != (y2 > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            is_inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return is_inside
