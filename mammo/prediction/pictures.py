"""An answer's pictures as the browser gets them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from mammo.imaging.breast import breast_mask, chest_wall_side
from mammo.imaging.gray_image import GrayImage, Mask
from mammo.imaging.overlay import outlined, overlay
from mammo.prediction.wire import Answer

_QUALITY = 90
_LEAST_PX = 720  # of the longer side


def overlaid(
    answer: Answer,
    opacity: float | None,
    *,
    lesions: Mask | None = None,
    square: tuple[float, float, float] | None = None,
    is_doubted: bool = False,
    least_px: int = _LEAST_PX,
) -> bytes:
    """The picture with its heat map, of a whole film inside the breast alone, as JPEG.

    Args:
        answer: With or without a heat map.
        opacity: In [0, 1]; None draws the map as contours alone, which hide nothing of the film.
        lesions: Outlined lesions of the film, in its own pixels, to be drawn as dashed lines.
        square: Center (x, y) and side of what the picture shows of the film, in the film's pixels; None for all.
        is_doubted: A map that is not to be trusted loses its colors; outlines keep theirs.
        least_px: What a small picture's longer side is enlarged to, so that lines have their width.
    """
    image = _enlarged(_decoded(answer.picture), least_px)
    outline = None if lesions is None else _in_picture(lesions, square, image.shape)
    heatmap, mask = np.zeros_like(image), None
    if answer.heatmap:
        heatmap, mask = _enlarged(_decoded(answer.heatmap), least_px), breast_mask(image) if answer.is_whole else None
    shown = overlay(image, heatmap, opacity=opacity, mask=mask)
    if is_doubted:
        shown = np.repeat(cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    if outline is not None:
        shown = outlined(shown, outline)
    return bytes(cv2.imencode(".jpg", shown[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1])


def hung(answer: Answer, laterality: str, opacity: float, *, is_doubted: bool = False) -> tuple[bytes, bool]:
    """A film with its heat map as it hangs beside that of the other breast: chest walls meet in the middle.

    Args:
        answer: Of a whole film.
        laterality: "R", which hangs at the left and has its chest wall at the right, or "L".
        opacity: Of the heat map, in [0, 1].
        is_doubted: A map that is not to be trusted loses its colors.

    Returns:
        The picture as JPEG, and whether it was mirrored for this.
    """
    is_mirrored = chest_wall_side(_decoded(answer.picture)) != ("right" if laterality == "R" else "left")
    if is_mirrored:
        heatmap = _mirrored(answer.heatmap) if answer.heatmap else b""
        answer = replace(answer, picture=_mirrored(answer.picture), heatmap=heatmap)
    return overlaid(answer, opacity, is_doubted=is_doubted), is_mirrored


def _mirrored(png: bytes) -> bytes:
    levels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    return bytes(cv2.imencode(".png", np.ascontiguousarray(np.asarray(levels)[:, ::-1]))[1])


def _in_picture(mask: Mask, square: tuple[float, float, float] | None, shape: tuple[int, ...]) -> Mask:
    """A mask of the film where it lies in a picture of all or a square of it."""
    height, width = shape
    center_x, center_y, side = square or (mask.shape[1] / 2, mask.shape[0] / 2, mask.shape[1])
    scale, top = width / side, center_y - (side / 2 if square else mask.shape[0] / 2)
    to_picture = np.array([[scale, 0, -scale * (center_x - side / 2)], [0, scale, -scale * top]])
    moved = cv2.warpAffine(mask.astype(np.uint8), to_picture, (width, height), flags=cv2.INTER_NEAREST)
    return np.asarray(moved > 0)


def _enlarged(image: GrayImage, least_px: int) -> GrayImage:
    """A small picture large enough for lines of 2 to 4 pixels."""
    scale = least_px / max(image.shape)
    if scale <= 1:
        return image
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _decoded(png: bytes) -> GrayImage:
    levels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    return np.asarray(levels, np.float32) / np.float32(255)
