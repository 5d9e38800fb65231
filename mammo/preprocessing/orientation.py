"""Turn every breast the same way round."""

from __future__ import annotations

import numpy as np

from mammo.imaging.breast import chest_wall_side
from mammo.preprocessing._base import GEOMETRY_STEPS, GeometryStep, Picture


def face_right(picture: Picture) -> Picture:
    """Mirror the picture if its chest wall is on the right, so that every nipple points to the right."""
    if chest_wall_side(picture.pixels) == "left":
        return picture
    width = picture.pixels.shape[1]
    mirror = np.array([[-1.0, 0, width], [0, 1, 0], [0, 0, 1]])
    return picture.moved(np.ascontiguousarray(picture.pixels[:, ::-1]), mirror)


GEOMETRY_STEPS.add(GeometryStep(name="face_right", label="Chest wall to the left", apply=face_right))
