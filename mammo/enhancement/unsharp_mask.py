"""Unsharp masking."""

from __future__ import annotations

import cv2

from mammo.enhancement._base import ENHANCEMENTS, Enhancement
from mammo.enhancement._points import enhancement
from mammo.imaging.gray_image import GrayImage
from mammo.parameters import Number


@enhancement
def sharpen(image: GrayImage, *, radius: float, amount: float) -> GrayImage:
    """Add ``amount`` times the difference between the picture and its blurred self.

    Args:
        image: Gray image, shape (height, width), values in [0, 1].
        radius: Standard deviation of the Gaussian blur in pixels.
        amount: Strength; 0 changes nothing.

    Source:
        MATLAB imsharpen; scikit-image unsharp_mask.
    """
    blurred = cv2.GaussianBlur(image, (0, 0), radius, borderType=cv2.BORDER_REFLECT)
    return image + amount * (image - blurred)


ENHANCEMENTS.add(
    Enhancement(
        name="unsharp_mask",
        label="Unsharp mask",
        apply=sharpen,
        source="MATLAB imsharpen",
        parameters=(
            Number("radius", "Radius", 0.5, 20, default=2, step=0.5, unit="px"),
            Number("amount", "Amount", 0, 5, default=1, step=0.1),
        ),
    )
)
