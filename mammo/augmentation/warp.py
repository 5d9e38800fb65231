"""Applying an affine map to stored pixels on the CPU."""

from __future__ import annotations

import cv2
import numpy as np

from mammo.augmentation._base import AffineMatrix
from mammo.imaging.gray_image import Mask, StoredImage


def warp(stored: StoredImage, matrix: AffineMatrix, out: StoredImage | None = None) -> StoredImage:
    """Move the pixels, bilinear between them, 0 where nothing was (MATLAB's FillValue 0).

    Args:
        stored: Shape (S, S).
        matrix: Carries points relative to the picture's centre to their new places.
        out: Where the result goes, contiguous, of the same shape and type: no memory is taken then.

    Returns:
        Same shape and type; the identity returns the same pixels, bit for bit.
    """
    height, width = stored.shape
    cornered = _about_the_corner(matrix, height, width)
    return cv2.warpAffine(stored, cornered, (width, height), dst=out)  # type: ignore[return-value] # of the pixels' type


def warp_mask(mask: Mask, matrix: AffineMatrix) -> Mask:
    """Move a mask as ``warp`` moves its picture."""
    return np.asarray(warp(mask.astype(np.uint8) * np.uint8(255), matrix) >= 128)


def lesion_kept(mask: Mask, matrix: AffineMatrix) -> float:
    """Share of a lesion that is still inside the picture after the move, in [0, 1]; 1 for an empty mask."""
    rows, columns = np.nonzero(mask)
    if rows.size == 0:
        return 1.0
    height, width = mask.shape
    points = np.stack([columns - (width - 1) / 2, rows - (height - 1) / 2, np.ones(rows.size)])
    x, y, _ = matrix @ points
    inside = (np.abs(x) <= width / 2) & (np.abs(y) <= height / 2)
    return float(inside.mean())


def _about_the_corner(matrix: AffineMatrix, height: int, width: int) -> AffineMatrix:
    """The first two rows in OpenCV's coordinates, whose origin is the centre of the top left pixel."""
    x, y = (width - 1) / 2, (height - 1) / 2
    corner = matrix[:2].copy()
    corner[:, 2] += [x, y] - matrix[:2, :2] @ [x, y]
    return corner
