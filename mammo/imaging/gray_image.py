"""The one kind of picture that the library passes around."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

GrayImage = npt.NDArray[np.float32]  # shape (height, width), values in [0, 1]; dark air is 0
Mask = npt.NDArray[np.bool_]  # shape (height, width), true inside
StoredImage = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]  # shape (height, width), the full range of its type


def to_stored(image: GrayImage, bits: int) -> StoredImage:
    """Round to integers for the prepared cache: uint8 for an 8-bit source, uint16 for a deeper one."""
    top, dtype = (255, np.uint8) if bits <= 8 else (65535, np.uint16)
    stored: StoredImage = np.rint(np.clip(image, 0, 1) * np.float32(top)).astype(dtype)
    return stored


def from_stored(stored: StoredImage) -> GrayImage:
    """Back to [0, 1]; exact to the integer step."""
    gray: GrayImage = stored.astype(np.float32) / np.float32(np.iinfo(stored.dtype).max)
    return gray
