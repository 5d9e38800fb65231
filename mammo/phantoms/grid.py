"""The film as a grid of pixels, measured in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mammo.imaging.gray_image import Mask

WIDTH_MM = 180.0
HEIGHT_MM = 240.0

Plane = npt.NDArray[np.float32]  # shape (height, width), any range


@dataclass(frozen=True)
class Grid:
    """Pixels of one film; x runs from the chest wall (0), y from the upper edge, both to pixel centers in mm."""

    pitch_mm: float

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return round(HEIGHT_MM / self.pitch_mm), round(WIDTH_MM / self.pitch_mm)

    @property
    def x(self) -> Plane:
        """Distance from the chest wall in mm, shape (1, width)."""
        return ((np.arange(self.shape[1], dtype=np.float32) + 0.5) * np.float32(self.pitch_mm))[None, :]

    @property
    def y(self) -> Plane:
        """Distance from the upper edge in mm, shape (height, 1)."""
        return ((np.arange(self.shape[0], dtype=np.float32) + 0.5) * np.float32(self.pitch_mm))[:, None]

    def blurred(self, plane: Plane, sigma_mm: float) -> Plane:
        """Gaussian blur; a standard deviation in mm."""
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma_mm / self.pitch_mm), dtype=np.float32)

    def distance_inside(self, mask: Mask) -> Plane:
        """Distance from each pixel of a mask to the nearest one outside, in mm, shape (height, width)."""
        # Not OpenCV's: the last bits of its exact distances depend on where the mask lies in memory.
        from scipy.ndimage import distance_transform_edt  # here only: pages load this module

        return np.asarray(distance_transform_edt(mask) * self.pitch_mm, dtype=np.float32)
