"""An answer's pictures as the browser gets them."""

from __future__ import annotations

import cv2
import numpy as np

from mammo.imaging.breast import breast_mask
from mammo.imaging.gray_image import GrayImage
from mammo.imaging.overlay import overlay
from mammo.prediction.wire import Answer

_QUALITY = 90


def overlaid(answer: Answer, opacity: float) -> bytes:
    """The picture with its heat map, of a whole film inside the breast alone, as JPEG; ``opacity`` in [0, 1]."""
    image = _decoded(answer.picture)
    if answer.heatmap:
        mask = breast_mask(image) if answer.is_whole else None
        shown = overlay(image, _decoded(answer.heatmap), opacity=opacity, mask=mask)
    else:
        shown = overlay(image, np.zeros_like(image))
    return bytes(cv2.imencode(".jpg", shown[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1])


def _decoded(png: bytes) -> GrayImage:
    levels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    return np.asarray(levels, np.float32) / np.float32(255)
