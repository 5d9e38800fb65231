"""Where the breast and the pectoral muscle lie in one view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mammo.imaging.gray_image import Mask
from mammo.phantoms.body import Body
from mammo.phantoms.findings import View
from mammo.phantoms.grid import HEIGHT_MM, Grid, Plane

SKIN_CURVE = 2.2  # exponent of the outline: 2 would be an ellipse
DROOP = 0.12  # an MLO breast sinks by this share of the way from the chest wall


@dataclass(frozen=True)
class Outline:
    """One projected breast, chest wall at the left edge; planes of shape (height, width), lengths in mm."""

    breast: Mask
    muscle: Plane  # share in [0, 1]; all 0 in a CC view
    skin_distance: Plane  # to the nearest skin; 0 outside
    depth: float
    half_height: float
    center_y: float  # at the chest wall
    droop: float  # mm lower per mm from the chest wall

    def axis_y(self, x: Plane | float) -> Plane | float:
        """Height of the line from the chest wall to the nipple."""
        return self.center_y + self.droop * x


def draw_outline(grid: Grid, body: Body, view: View, rng: np.random.Generator) -> Outline:
    """One view of a body; each view is compressed a little differently."""
    depth, half_height = (size * rng.uniform(0.96, 1.04) for size in (body.depth, body.half_height))
    is_mlo = view == "MLO"
    center, droop = HEIGHT_MM / 2 + is_mlo * body.sag, is_mlo * DROOP
    relative = np.abs((grid.y - center - droop * grid.x) / half_height)
    edge = depth * np.sqrt(np.clip(1 - relative**SKIN_CURVE, 0, None))
    if is_mlo:
        edge = np.maximum(edge, _axillary_tail(grid, body, center))
    breast = grid.x < edge
    muscle = _muscle(grid, body, rng) if is_mlo else np.zeros(grid.shape, np.float32)
    return Outline(
        breast=np.asarray(breast),
        muscle=np.where(breast, muscle, 0).astype(np.float32),
        skin_distance=grid.distance_inside(breast),
        depth=depth,
        half_height=half_height,
        center_y=center,
        droop=droop,
    )


def _axillary_tail(grid: Grid, body: Body, center: float) -> Plane:
    """Edge of the tissue towards the armpit: it narrows up to the upper edge, where muscle still lies in it."""
    upper = body.muscle_width + 12
    share = grid.y / center
    return np.asarray((upper + (0.8 * body.depth - upper) * share**2) * (share < 1), dtype=np.float32)


def _muscle(grid: Grid, body: Body, rng: np.random.Generator) -> Plane:
    """The pectoral triangle in the upper corner of the chest wall, slightly convex, with a soft edge."""
    width, height = (size * rng.uniform(0.92, 1.08) for size in (body.muscle_width, body.muscle_height))
    edge = width * (1 - np.clip(grid.y / height, 0, 1) ** 1.15)
    return np.asarray(1 / (1 + np.exp(np.clip((grid.x - edge) / 1.2, -30, 30))) * (edge > 0), dtype=np.float32)
