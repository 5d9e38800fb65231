"""Cut away what is not breast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mammo.imaging.breast import breast_box, breast_mask
from mammo.parameters import Number
from mammo.preprocessing._base import GEOMETRY_STEPS, GeometryStep, Picture


def crop_breast(picture: Picture, *, margin: float) -> Picture:
    """Keep the box around the breast, ``margin`` percent of its longer side added all round inside the film."""
    box = breast_box(breast_mask(picture.pixels))
    height, width = picture.pixels.shape
    extra = round(margin / 100 * max(box.right - box.left, box.bottom - box.top))
    left, top = max(box.left - extra, 0), max(box.top - extra, 0)
    right, bottom = min(box.right + extra, width), min(box.bottom + extra, height)
    shift = np.array([[1.0, 0, -left], [0, 1, -top], [0, 0, 1]])
    return picture.moved(np.ascontiguousarray(picture.pixels[top:bottom, left:right]), shift)


def mask_background(picture: Picture) -> Picture:
    """Set everything outside the breast to 0: labels, tape and film borders too."""
    pixels = np.where(breast_mask(picture.pixels), picture.pixels, np.float32(0))
    return replace(picture, pixels=pixels)


GEOMETRY_STEPS.add(
    GeometryStep(
        name="crop_breast",
        label="Crop to the breast",
        apply=crop_breast,
        parameters=(Number("margin", "Margin", 0, 50, default=2, step=1, unit="%"),),
    )
)
GEOMETRY_STEPS.add(GeometryStep(name="mask_background", label="Black outside the breast", apply=mask_background))
