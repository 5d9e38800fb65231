"""Calcifications: few, coarse and round where benign; many, fine and in a line where malignant."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mammo.imaging.gray_image import Mask
from mammo.phantoms.grid import Grid, Plane

HEIGHT = 1.6  # of a calcification as wide as a pixel, relative to a malignant mass
SMALLEST_BLUR_PX = 0.42  # standard deviation below which a pixel grid shows no difference
HULL_MARGIN_MM = 2.5


@dataclass(frozen=True)
class ClusterCharacter:
    """How clusters of one class look; pairs are the limits of uniform draws."""

    count: tuple[int, int]
    diameter_mm: tuple[float, float]
    spread_mm: tuple[float, float]  # standard deviations along and across the cluster


CHARACTERS = {
    "benign": ClusterCharacter((3, 8), (0.9, 1.8), (6.0, 6.0)),
    "malignant": ClusterCharacter((10, 24), (0.35, 0.8), (5.0, 1.8)),
}


def draw_calcifications(
    grid: Grid, center: tuple[float, float], label: str, rng: np.random.Generator
) -> tuple[Plane, Mask]:
    """A cluster around ``center``, in mm from the chest wall and from the upper edge.

    A calcification smaller than a pixel keeps its share of it: finer ones fade on a coarse film.

    Returns:
        Its height, shape (height, width), relative to a malignant mass; and the mask of its hull.
    """
    character = CHARACTERS[label]
    count = int(rng.integers(character.count[0], character.count[1] + 1))
    tilt, scatter = rng.uniform(0, np.pi), rng.standard_normal((count, 2)) * character.spread_mm
    x = center[0] + scatter[:, :1] * np.cos(tilt) - scatter[:, 1:] * np.sin(tilt)
    y = center[1] + scatter[:, :1] * np.sin(tilt) + scatter[:, 1:] * np.cos(tilt)
    diameter = rng.uniform(*character.diameter_mm, (count, 1))
    sigma = np.maximum(diameter / 2.355, SMALLEST_BLUR_PX * grid.pitch_mm)
    height = HEIGHT * (diameter / (2.355 * sigma)) ** 2
    columns = np.exp(-(((grid.x - x) / sigma) ** 2) / 2)
    rows = height * np.exp(-(((grid.y.T - y) / sigma) ** 2) / 2)
    # Not np.einsum: its last bits depend on where the arrays lie in memory.
    cluster = (rows[:, :, None] * columns[:, None, :]).sum(axis=0)
    return cluster.astype(np.float32), _hull(grid, np.hstack([x, y]))


def _hull(grid: Grid, points: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Mask:
    """What a reader outlines: the convex hull with a margin."""
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = HULL_MARGIN_MM * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    widened = (points[:, None, :] + ring).reshape(-1, 2) / grid.pitch_mm - 0.5
    canvas = np.zeros(grid.shape, np.uint8)
    cv2.fillConvexPoly(canvas, cv2.convexHull(np.rint(widened).astype(np.int32)), color=1)
    return canvas.astype(bool)
