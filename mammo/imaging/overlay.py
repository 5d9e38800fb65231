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
_LEVELS = (0.25, 0.5, 0.75)  # of a map's maximum, at which lines run


def heat_colors() -> RgbImage:
    """The 192 colors of the scale, weak to strong, shape (192, 3): inferno without its lowest, black quarter."""
    ramp = np.arange(256, dtype=np.uint8)[:, np.newaxis]
    colors: RgbImage = cv2.applyColorMap(ramp, cv2.COLORMAP_INFERNO)[64:, 0, ::-1].astype(np.uint8)
    return colors


def overlay(
    image: GrayImage,
    heatmap: GrayImage,
    *,
    opacity: float | None = 0.6,
    mask: Mask | None = None,
    outline: Mask | None = None,
) -> RgbImage:
    """Lay a heat map over a picture, with a contour at half of its maximum where that is strong enough to be seen.

    Without color it hides nothing of the picture: contours at a quarter, half and three quarters of its maximum, each
    in the color that the scale has there.

    Lines are 2 to 4 pixels of the picture, so a small picture is better enlarged first.

    Args:
        image: The mammogram, values in [0, 1].
        heatmap: Evidence on the scale [0, 1], same shape; a map of zeros leaves the picture gray.
        opacity: Of the strongest color, in [0, 1]; None for contours alone.
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
    colors = _blended(image, heat, opacity or 0)
    strongest = float(heat.max())
    if strongest > _LOWEST:
        for level, line in _levels() if opacity is None else [(0.5, _WHITE)]:
            curves = _curves(heat >= level * strongest)
            cv2.polylines(colors, curves, True, _BLACK, 4, cv2.LINE_AA)  # noqa: FBT003 - OpenCV's "closed", by position only
            cv2.polylines(colors, curves, True, line, 2, cv2.LINE_AA)  # noqa: FBT003 - as above
    return colors if outline is None else outlined(colors, outline)


def outlined(colors: RgbImage, region: Mask) -> RgbImage:
    """A picture with dashes of light blue over a black line around a region, seen on gray, on white and on heat.

    Args:
        colors: Shape (height, width, 3), left as it is.
        region: Shape (height, width).
    """
    drawn, curves = colors.copy(), _curves(region)
    cv2.polylines(drawn, curves, True, _BLACK, 4, cv2.LINE_AA)  # noqa: FBT003 - OpenCV's "closed", by position only
    for curve in curves:
        closed = np.concatenate([curve, curve[:1]])
        for start in range(0, len(curve), _DASH_PX + _GAP_PX):
            cv2.polylines(drawn, [closed[start : start + _DASH_PX]], False, _CYAN, 2, cv2.LINE_AA)  # noqa: FBT003 - as above
    return drawn


def _levels() -> list[tuple[float, tuple[int, int, int]]]:
    """Where lines run, as shares of the maximum, and their colors."""
    table = heat_colors()
    at = [(level, table[round(level * (len(table) - 1))].tolist()) for level in _LEVELS]
    return [(level, (red, green, blue)) for level, (red, green, blue) in at]


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
