"""Mammograms as the browser gets them: small 8-bit JPEGs on black, encoded here so that their size is known."""

from __future__ import annotations

import cv2
import numpy as np

from mammo.imaging.gray_image import GrayImage, StoredImage, to_stored

_QUALITY = 88  # a mammogram of 720 x 900 pixels takes about 60 kB, and no block is seen at 100 %


def fitted_jpeg(image: GrayImage, width: int, height: int) -> bytes:
    """The whole picture in a black box, as large as fits: pictures of any shape then take the same place on a page.

    Args:
        image: The mammogram, values in [0, 1].
        width: Of the box, in pixels.
        height: Of the box, in pixels.

    Returns:
        JPEG with 8 bits a pixel.
    """
    box = np.zeros((height, width), np.uint8)
    fitted = _fitted(to_stored(image, 8), width, height)
    top, left = (height - fitted.shape[0]) // 2, (width - fitted.shape[1]) // 2
    box[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted
    _, encoded = cv2.imencode(".jpg", box, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return bytes(encoded)


def reduced(image: GrayImage, longest_px: int) -> GrayImage:
    """The picture with its longer side at most ``longest_px``, by averaging; a smaller one is returned as it is."""
    if max(image.shape) <= longest_px:
        return image
    height, width = (max(1, round(length * longest_px / max(image.shape))) for length in image.shape)
    small: GrayImage = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return small


def _fitted(stored: StoredImage, width: int, height: int) -> StoredImage:
    scale = min(width / stored.shape[1], height / stored.shape[0])
    size = (max(1, round(stored.shape[1] * scale)), max(1, round(stored.shape[0] * scale)))
    fitted: StoredImage = cv2.resize(stored, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return fitted
