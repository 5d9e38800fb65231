"""How a film looks, in few numbers, which it keeps in other clothes: re-encoded, resized, with other gray levels."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mammo.imaging.gray_image import GrayImage

Signature = npt.NDArray[np.float32]  # shape (SIGNATURE_LENGTH,), of length 1 (or 0 for a constant image)

_SIDE = 32
SIGNATURE_LENGTH = _SIDE * _SIDE


def image_signature(image: GrayImage) -> Signature:
    """How an image looks: its details in 32 x 32 pixels, freed from brightness and slow shading.

    Images that were shifted, cropped, mirrored or turned have another signature.

    Args:
        image: Shape (height, width), values in [0, 1].
    """
    small = np.asarray(cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.float32)
    details = small - cv2.GaussianBlur(small, (0, 0), _SIDE / 16)
    details -= details.mean()
    length = float(np.linalg.norm(details))
    signature: Signature = np.ravel(details / length if length > 1e-6 else np.zeros_like(details)).astype(np.float32)
    return signature
