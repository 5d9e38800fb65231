"""A heat map laid over a mammogram: one colour-blind-safe scale, only inside the breast, breast always visible."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError
from mammo.imaging.gray_image import GrayImage, Mask

RgbImage = npt.NDArray[np.uint8]  # shape (height, width, 3)

_LOWEST, _FULL = 0.2, 0.7  # below the first a map is invisible, above the second it has its full opacity
_BLACK, _WHITE, _CYAN = (0, 0, 0), (255, 255, 255), (0x78, 0xDC, 0xFF)
_DASH_PX, _GAP_PX = 8, 6


def heat_colors() -> RgbImage:
    """The 192 colors of the scale, weak to strong, shape (192, 3): inferno without its lowest, black quarter."""
    ramp = np.arange(256, dtype=np.uint8)[:, np.newaxis]
    colors: RgbImage = cv2.applyColorMap(ramp, cv2.COLORMAP_INFERNO)[64:, 0, ::-1].astype(np.uint8)
    return colors


def overlay(
    image: GrayImage,
    heatmap: GrayImage,
    *,
    opacity: float = 0.6,
    mask: Mask | None = None,
    outline: Mask | None = None,
) -> RgbImage:
    """Lay a heat map over a picture, with a contour at half of its maximum where that is strong enough to be seen.

    Lines are 2 to 4 pixels of the picture, so a small picture is better enlarged first.

    Args:
        image: The mammogram, values in [0, 1].
        heatmap: Evidence on the scale [0, 1], same shape; a map of zeros leaves the picture gray.
        opacity: Of the strongest color, in [0, 1].
        mask: The breast; outside of it no color is shown.
        outline: A lesion, drawn as a dashed line.

    Returns:
        Colors, shape (height, width, 3), uint8.

    Raises:
        ParameterError: If shapes differ.
    """
    for name, layer in {"heat map": heatmap, "breast mask": mask, "lesion mask": outline}.items():
        if layer is not None and layer.shape != image.shape:
            raise ParameterError(f"The {name} is {layer.shape}, the picture {image.shape}; they must be of one shape.")
    heat = np.clip(heatmap, 0, 1) if mask is None else np.clip(heatmap, 0, 1) * mask
    colors = _blended(image, heat, opacity)
    if heat.max() > _LOWEST:
        half: Mask = heat >= heat.max() / 2
        curves = _curves(half)
        cv2.polylines(colors, curves, True, _BLACK, 4, cv2.LINE_AA)  # noqa: FBT003 - OpenCV's "closed", by position only
        cv2.polylines(colors, curves, True, _WHITE, 2, cv2.LINE_AA)  # noqa: FBT003 - as above
    if outline is not None:
        _draw_dashed(colors, _curves(outline))
    return colors


def _blended(image: GrayImage, heat: GrayImage, opacity: float) -> RgbImage:
    gray = np.clip(image, 0, 1) * np.float32(255)
    colors: RgbImage = cv2.merge([np.rint(gray).astype(np.uint8)] * 3).astype(np.uint8, copy=False)
    shown = heat > _LOWEST
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if rows.size == 0:
        return colors
    # Whole rows of a box are blended: picking the pixels one by one takes more than twice as long.
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    share = np.clip((heat[box] - np.float32(_LOWEST)) / np.float32(_FULL - _LOWEST), 0, 1)
    alpha = np.float32(opacity) * share * share * (3 - 2 * share)
    under = (1 - alpha) * gray[box]
    table = heat_colors()
    places = np.rint(heat[box] * np.float32(len(table) - 1)).astype(np.uint8)
    for channel in range(3):
        colored = np.take(table[:, channel], places)
        colors[box][..., channel] = np.rint(under + alpha * colored)
    return colors


def _curves(region: Mask) -> list[npt.NDArray[np.int32]]:
    """Outer and inner borders of a region as closed curves of every pixel on them, shape (n, 1, 2)."""
    found, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return [np.asarray(curve, dtype=np.int32) for curve in found]


def _draw_dashed(colors: RgbImage, curves: list[npt.NDArray[np.int32]]) -> None:
    """Dashes of a light blue over a black line, so that they are seen on gray, on white and on heat."""
    cv2.polylines(colors, curves, True, _BLACK, 4, cv2.LINE_AA)  # noqa: FBT003 - OpenCV's "closed", by position only
    for curve in curves:
        closed = np.concatenate([curve, curve[:1]])
        for start in range(0, len(curve), _DASH_PX + _GAP_PX):
            cv2.polylines(colors, [closed[start : start + _DASH_PX]], False, _CYAN, 2, cv2.LINE_AA)  # noqa: FBT003 - as above
