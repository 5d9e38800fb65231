"""Bring every picture to the model's square input."""

from __future__ import annotations

import cv2
import numpy as np

from mammo.imaging.breast import chest_wall_side
from mammo.imaging.gray_image import GrayImage
from mammo.parameters import Choice, Number
from mammo.preprocessing._base import GEOMETRY_STEPS, GeometryStep, Picture


def resize(picture: Picture, *, size: int, fit: str) -> Picture:
    """Scale to ``size`` x ``size`` pixels.

    Shrinking averages areas (antialiased, as MATLAB's imresize is); enlarging is bilinear.

    Args:
        picture: Any shape.
        size: Side of the square in pixels.
        fit: "squash" stretches each side to ``size``, as the paper does; "letterbox" keeps the aspect ratio and pads
            with 0 on the side away from the chest wall and, for a wide picture, equally above and below.
    """
    height, width = picture.pixels.shape
    if fit == "squash":
        scale = np.diag([size / width, size / height, 1.0])
        return picture.moved(_scaled(picture.pixels, size, size), scale)
    factor = size / max(height, width)
    inner_width, inner_height = max(1, round(width * factor)), max(1, round(height * factor))
    left = size - inner_width if chest_wall_side(picture.pixels) == "right" else 0
    top = (size - inner_height) // 2
    canvas: GrayImage = np.zeros((size, size), np.float32)
    canvas[top : top + inner_height, left : left + inner_width] = _scaled(picture.pixels, inner_width, inner_height)
    place = np.array([[inner_width / width, 0, left], [0, inner_height / height, top], [0, 0, 1]])
    return picture.moved(canvas, place)


def _scaled(pixels: GrayImage, width: int, height: int) -> GrayImage:
    shrinking = width * height < pixels.size
    method = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=method), np.float32).clip(0, 1)


GEOMETRY_STEPS.add(
    GeometryStep(
        name="resize",
        label="Resize",
        apply=resize,
        parameters=(
            Number("size", "Side", 32, 2048, default=227, step=1, unit="px", integer=True),
            Choice("fit", "Fit", ("squash", "letterbox"), default="squash"),
        ),
    )
)
