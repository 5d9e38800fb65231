"""Lesions drawn into one view: where they lie, how much they stand out, and the outline that is known of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mammo.imaging.gray_image import Mask
from mammo.phantoms.calcifications import draw_calcifications
from mammo.phantoms.findings import PlannedLesion, View
from mammo.phantoms.grid import Grid, Plane
from mammo.phantoms.masses import draw_mass
from mammo.phantoms.outline import Outline

SKIN_CLEARANCE_MM = 5.0


@dataclass(frozen=True)
class DrawnLesion:
    """A lesion in one view; planes of shape (height, width)."""

    planned: PlannedLesion
    height: Plane  # what it adds to the signal, 1 being a fully dense malignant mass
    mask: Mask  # what a reader would outline


def draw_lesion(
    grid: Grid, outline: Outline, planned: PlannedLesion, view: View, rng: np.random.Generator
) -> DrawnLesion:
    """One projection of a lesion, inside the breast and clear of the muscle where there is room."""
    center = _center(grid, outline, planned, view)
    height, mask = np.zeros(grid.shape, np.float32), np.zeros(grid.shape, bool)
    if planned.has_mass:
        mass, mask = draw_mass(grid, center, planned, rng)
        height += mass
    if planned.has_calcifications:
        calcifications, hull = draw_calcifications(grid, center, planned.label, rng)
        height += calcifications
        mask = mask if planned.has_mass else hull
    return DrawnLesion(planned, np.where(outline.breast, height, 0), mask & outline.breast)


def _center(grid: Grid, outline: Outline, planned: PlannedLesion, view: View) -> tuple[float, float]:
    """Place (x, y) in mm: the planned one, or the nearest with room for the lesion."""
    x = planned.depth * outline.depth
    y = outline.axis_y(x) + planned.heights[view] * outline.half_height * np.sqrt(1 - planned.depth**2)
    room = np.minimum(outline.skin_distance - SKIN_CLEARANCE_MM, grid.x) - planned.radius_mm
    room = np.minimum(room, np.where(outline.muscle > 0.1, -np.inf, np.inf))
    free = room >= min(0.0, float(room.max()))
    distance = np.where(free, (grid.x - x) ** 2 + (grid.y - y) ** 2, np.inf)
    row, column = np.unravel_index(np.argmin(distance), grid.shape)
    return float(grid.x[0, column]), float(grid.y[row, 0])
