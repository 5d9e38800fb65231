"""What a geometry step is, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import numpy.typing as npt

from mammo.imaging.gray_image import GrayImage, Mask
from mammo.parameters import Parameter
from mammo.registry import Registry

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Picture:
    """An image on its way through a pipeline, and the way back to the file it came from.

    ``matrix`` has shape (3, 3) and maps points of the source to points of ``pixels``; points are (x, y, 1), a pixel
    covers [i, i + 1), so that scaling needs no half-pixel terms.
    """

    pixels: GrayImage
    matrix: Matrix = field(default_factory=lambda: np.eye(3))
    warnings: tuple[str, ...] = ()

    def moved(self, pixels: GrayImage, step: Matrix) -> Picture:
        """The picture after a step that changed its geometry by ``step``."""
        return replace(self, pixels=pixels, matrix=step @ self.matrix)

    def warned(self, warning: str) -> Picture:
        """The picture with one more warning, unless it has it already."""
        return self if warning in self.warnings else replace(self, warnings=(*self.warnings, warning))

    def follow(self, mask: Mask) -> Mask:
        """A mask of the source, shape (source height, source width), where it lies in this picture."""
        height, width = self.pixels.shape
        to_centers = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
        centered = to_centers @ self.matrix @ np.linalg.inv(to_centers)
        # Area averaging keeps a lesion of few source pixels: it counts wherever it covers half of a pixel, or its peak.
        covered = cv2.warpAffine(_blurred_for(mask, self.matrix), centered[:2], (width, height), flags=cv2.INTER_LINEAR)
        threshold = min(0.5, float(covered.max()) * 0.5) if covered.max() > 0 else 0.5
        return np.asarray(covered >= threshold)


def _blurred_for(mask: Mask, matrix: Matrix) -> GrayImage:
    """The mask as shares in [0, 1], averaged over the source pixels that one target pixel takes in."""
    shrink = 1 / max(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))), 1e-6)
    shares: GrayImage = mask.astype(np.float32)
    if shrink <= 1:
        return shares
    side = max(1, round(shrink))
    return np.asarray(cv2.blur(shares, (side, side)), dtype=np.float32)


@dataclass(frozen=True)
class GeometryStep:
    """A step that moves or removes pixels but changes no gray level of the breast.

    ``apply(picture, *, <parameters>)`` returns a new Picture whose matrix is kept true.
    """

    name: str
    label: str
    apply: Callable[..., Picture]
    parameters: tuple[Parameter, ...] = ()


GEOMETRY_STEPS: Registry[GeometryStep] = Registry("geometry step")
