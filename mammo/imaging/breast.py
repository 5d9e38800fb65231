"""Where the breast lies in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from mammo.imaging.gray_image import GrayImage, Mask

_WORKING_SIDE = 256  # pixels of the longer side; the outline needs no more, and large films stay quick
_WHITE = 0.9  # a film's border is brighter than this ...
_WHITE_SHARE = 0.6  # ... along most of a row or column
_BORDER_SHARE = 0.05  # and lies in the outer twentieth
_PLAUSIBLE_SHARE = 0.02  # a smaller breast is none


@dataclass(frozen=True)
class Box:
    """A box of pixels; right and bottom are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int


def breast_mask(image: GrayImage) -> Mask:
    """Where the breast is: the largest bright region that reaches the chest wall, its holes filled.

    Labels and tape beside the breast, and a white film border, are left out. Where no breast can be told from the
    background (a constant picture, a crop inside the breast) the whole picture counts.

    Args:
        image: Shape (height, width), values in [0, 1], air dark.

    Returns:
        Same shape.

    Source:
        Otsu 1979 for the threshold, on the smoothed picture; the largest component as in most mammography pipelines.
    """
    small = _shrunk(image)
    tissue = _tissue(small)
    component = _largest_at_the_chest_wall(tissue)
    if component is None or component.mean() < _PLAUSIBLE_SHARE:
        return np.ones(image.shape, np.bool_)
    filled = _holes_filled(component)
    resized = cv2.resize(filled.astype(np.float32), image.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(resized >= 0.5)


def mask_fraction(mask: Mask) -> float:
    """Share of the picture inside the mask, in [0, 1]; 0.12 to 0.65 is plausible for a whole film."""
    return float(mask.mean())


def chest_wall_side(image: GrayImage) -> Literal["left", "right"]:
    """The side of the picture at which more of the breast lies."""
    mask = _tissue(_shrunk(image))
    middle = mask.shape[1] // 2
    return "left" if mask[:, :middle].sum() >= mask[:, -middle:].sum() else "right"


def breast_box(mask: Mask) -> Box:
    """The smallest box around a mask; all of an empty one."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return Box(0, 0, mask.shape[1], mask.shape[0])
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _shrunk(image: GrayImage) -> GrayImage:
    factor = min(1.0, _WORKING_SIDE / max(image.shape))
    size = (max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)


def _tissue(small: GrayImage) -> Mask:
    """Pixels brighter than air, without the film's white border; thin bridges to labels are cut."""
    dark_border = np.where(_white_border(small), np.float32(0), small)
    levels = np.rint(cv2.GaussianBlur(dark_border, (0, 0), 2) * 255).astype(np.uint8)
    otsu, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    # Otsu parts dense from fatty tissue in some films; fat is still well above air at half of it.
    threshold = _background_level(levels) + 0.4 * max(otsu - _background_level(levels), 1)
    bright = (levels > threshold).astype(np.uint8)
    opened = cv2.morphologyEx(bright, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)))
    return np.asarray(opened > 0)


def _background_level(levels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> float:
    """The commonest gray level among the darker half: air."""
    dark = levels[levels <= np.median(levels)]
    return float(np.bincount(dark.ravel()).argmax())


def _white_border(small: GrayImage) -> Mask:
    """Rows and columns of the outer twentieth that are white for most of their length."""
    white = small > _WHITE
    border = np.zeros(small.shape, np.bool_)
    for axis in (0, 1):
        depth = max(1, round(_BORDER_SHARE * small.shape[axis]))
        lines = white.mean(axis=1 - axis) > _WHITE_SHARE
        lines[depth:-depth] = False
        border |= lines[:, None] if axis == 0 else lines[None, :]
    return border


def _largest_at_the_chest_wall(tissue: Mask) -> Mask | None:
    """The largest component that touches the left or right edge, or the largest of all where none does."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(tissue.astype(np.uint8))
    if count < 2:
        return None
    areas = stats[1:, cv2.CC_STAT_AREA].astype(float)
    left = stats[1:, cv2.CC_STAT_LEFT]
    right = left + stats[1:, cv2.CC_STAT_WIDTH]
    margin = 0.1 * tissue.shape[1]
    reaches = (left <= margin) | (right >= tissue.shape[1] - margin)
    areas[~reaches] *= 0.1
    return np.asarray(labels == 1 + int(areas.argmax()))


def _holes_filled(component: Mask) -> Mask:
    contours, _ = cv2.findContours(component.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(component.shape, np.uint8)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    return np.asarray(filled > 0)
