"""Mammograms as the browser gets them: small 8-bit JPEGs on black, or PNGs where every pixel counts."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mammo.imaging.breast import Box, breast_box
from mammo.imaging.gray_image import GrayImage, Mask, StoredImage, from_stored, to_stored
from mammo.imaging.overlay import overlay

Size = tuple[int, int]  # width and height in pixels
Places = npt.NDArray[np.uint16]  # shape (height, width)

_QUALITY = 88  # a breast of 720 x 1000 pixels takes about 60 kB, and no block is seen at 100 %
_OUTLINED_SCALE = 2  # so that an outline of 4 pixels does not hide a lesion of 10
_MARGIN = 0.03  # around the breast, as a share of the box's longer side


def breast_jpeg(image: GrayImage, breast: Mask, size: Size) -> bytes:
    """The picture around the breast, as large as fits into a black box: all then take the same place on a page.

    Args:
        image: The mammogram, values in [0, 1].
        breast: Where the breast is, same shape.
        size: Of the box.

    Returns:
        JPEG with 8 bits a pixel.
    """
    return _jpeg(_in_box(to_stored(image[around_breast(breast)], 8), size))


def places_of_levels(image: GrayImage, breast: Mask, size: Size, count: int) -> Places:
    """What ``breast_jpeg`` shows, each pixel as its place in a scale of ``count`` levels; ``count`` is no film."""
    shown = image[around_breast(breast)]
    is_film = _in_box(np.ones(shown.shape, np.uint8), size) > 0
    places = np.rint(from_stored(_in_box(to_stored(shown, 16), size)) * np.float32(count - 1)).astype(np.uint16)
    return np.where(is_film, places, np.uint16(count))


def toned_jpeg(places: Places, tones: GrayImage) -> bytes:
    """JPEG of pixels, each in the tone of its place, shape (1, N), values in [0, 1]; black where there is no film."""
    table = np.zeros(2**16, np.uint8)
    table[: tones.shape[1]] = to_stored(tones, 8)
    return _jpeg(np.asarray(cv2.LUT(places, table), np.uint8))


def _in_box(stored: StoredImage, size: Size) -> StoredImage:
    """Stored pixels as large as they fit into the middle of a box, 0 around them."""
    width, height = size
    canvas = np.zeros((height, width), stored.dtype)
    fitted = _fitted(stored, size)
    top, left = (height - fitted.shape[0]) // 2, (width - fitted.shape[1]) // 2
    canvas[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted
    return canvas


def _jpeg(canvas: StoredImage) -> bytes:
    """JPEG of 8-bit pixels, shape (height, width)."""
    _, encoded = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return bytes(encoded)


def around_breast(breast: Mask) -> tuple[slice, slice]:
    """Rows and columns of the breast with a margin around it."""
    box = _with_margin(breast_box(breast), breast.shape)
    return slice(box.top, box.bottom), slice(box.left, box.right)


def exact_png(stored: StoredImage) -> bytes:
    """Stored pixels, shape (height, width), as a PNG that gives them back bit for bit."""
    _, encoded = cv2.imencode(".png", stored)
    return bytes(encoded)


def outlined_png(stored: StoredImage, outline: Mask) -> bytes:
    """Stored pixels, enlarged, with the border of a mask of the same shape drawn over them."""
    size = (stored.shape[1] * _OUTLINED_SCALE, stored.shape[0] * _OUTLINED_SCALE)
    image = cv2.resize(from_stored(stored), size, interpolation=cv2.INTER_NEAREST).astype(np.float32, copy=False)
    large = np.asarray(cv2.resize(outline.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0)
    colors = overlay(image, np.zeros_like(image), outline=large)
    _, encoded = cv2.imencode(".png", cv2.cvtColor(colors, cv2.COLOR_RGB2BGR))
    return bytes(encoded)


def reduced(image: GrayImage, longest_px: int) -> GrayImage:
    """The picture with its longer side at most ``longest_px``, by averaging; a smaller one is returned as it is."""
    if max(image.shape) <= longest_px:
        return image
    height, width = (max(1, round(length * longest_px / max(image.shape))) for length in image.shape)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _with_margin(box: Box, shape: tuple[int, ...]) -> Box:
    margin = round(_MARGIN * max(box.right - box.left, box.bottom - box.top))
    return Box(
        left=max(0, box.left - margin),
        top=max(0, box.top - margin),
        right=min(shape[1], box.right + margin),
        bottom=min(shape[0], box.bottom + margin),
    )


def _fitted(stored: StoredImage, size: Size) -> StoredImage:
    scale = min(size[0] / stored.shape[1], size[1] / stored.shape[0])
    fitted = (max(1, round(stored.shape[1] * scale)), max(1, round(stored.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR  # a cubic one would draw halos around calcifications
    return cv2.resize(stored, fitted, interpolation=method)  # type: ignore[return-value] # of the pixels' type
