"""A picture as integers that are read back as the same picture."""

from __future__ import annotations

import numpy as np

from mammo.imaging._scaling import to_gray
from mammo.imaging.gray_image import GrayImage, StoredImage


def lossless(image: GrayImage) -> tuple[StoredImage, int]:
    """Integers of the fewest significant bits, 8, 12 or 16, that a reader turns into the same picture; and the bits.

    Grays that no such integers give, as those of a color film or of a display window, are rounded to 16 bits.

    Args:
        image: Shape (H, W), values in [0, 1].
    """
    rounded: dict[int, StoredImage] = {}
    for bits, kind in ((8, np.uint8), (12, np.uint16), (16, np.uint16)):
        rounded[bits] = np.rint(image * np.float32(2**bits - 1)).astype(kind)
        if np.array_equal(to_gray("", rounded[bits])[0], image):
            return rounded[bits], bits
    # 16 bits that are all dark would be taken for 12, so such a picture is kept as 12.
    bits = 16 if rounded[16].max() >= 2**12 else 12
    return rounded[bits], bits
