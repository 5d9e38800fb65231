"""From stored pixels to [0, 1]: the one place where the rule stands.

8 bits are divided by 255. 16 bits are divided by 65535, or by 4095 where no pixel is above 4095: scanners store 12 bits
in 16. Signed 16-bit pixels go from [-32768, 32767] to [0, 1]. Floating-point pixels must lie in [0, 1] already.
Coloured pixels become luma after ITU-R BT.601; three equal channels are gray.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mammo.errors import ImageError
from mammo.imaging.gray_image import GrayImage

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
Pixels = npt.NDArray[Any]


def to_gray(name: str, pixels: Pixels) -> tuple[GrayImage, int, tuple[str, ...]]:
    """Gray image in [0, 1], its significant bits, and warnings.

    Args:
        name: For messages.
        pixels: Stored pixels, (H, W) or (H, W, C) in the order gray/alpha or red/green/blue/alpha.

    Raises:
        ImageError: ``non_finite_pixels`` or ``unsupported_pixels``.
    """
    channels, warnings = _without_alpha(pixels)
    if channels.ndim == 2:
        scaled, bits = _scaled(name, channels)
        return scaled, bits, warnings
    if (channels[..., :1] == channels).all():
        scaled, bits = _scaled(name, channels[..., 0])
        return scaled, bits, warnings
    scaled, bits = _scaled(name, channels)
    return np.asarray(scaled @ _LUMA, np.float32).clip(0, 1), bits, (*warnings, "colour image")


def full_scale(pixels: Pixels) -> int:
    """The stored value that becomes 1.0 in a picture of 16-bit pixels: 4095 where none is above it."""
    return 4095 if pixels.max() <= 4095 else 65535


def _without_alpha(pixels: Pixels) -> tuple[Pixels, tuple[str, ...]]:
    if pixels.ndim == 3 and pixels.shape[2] in {2, 4}:
        opaque = pixels[..., -1].min() == np.iinfo(pixels.dtype).max
        rest = pixels[..., 0] if pixels.shape[2] == 2 else pixels[..., :3]
        return rest, () if opaque else ("transparency dropped",)
    return pixels, ()


def _scaled(name: str, pixels: Pixels) -> tuple[GrayImage, int]:
    if pixels.dtype == np.bool_:
        return pixels.astype(np.float32), 8
    if pixels.dtype == np.uint8:
        return np.divide(pixels, np.float32(255), dtype=np.float32), 8
    if pixels.dtype == np.int16:
        return ((pixels.astype(np.int32) + 32768) / 65535).astype(np.float32), 16
    if np.issubdtype(pixels.dtype, np.integer) and pixels.min() >= 0 and pixels.max() <= 65535:
        top = full_scale(pixels)
        if pixels.dtype == np.uint16:
            return np.divide(pixels, np.float32(top), dtype=np.float32), top.bit_length()  # in one pass
        return pixels.astype(np.float32) / np.float32(top), top.bit_length()
    if np.issubdtype(pixels.dtype, np.floating):
        return _checked_float(name, pixels), 16
    raise ImageError(
        f"{name} stores pixels from {pixels.min()} to {pixels.max()}; at most 16 bits are read.",
        code="unsupported_pixels",
    )


def _checked_float(name: str, pixels: Pixels) -> GrayImage:
    if not np.isfinite(pixels).all():
        raise ImageError(f"{name} holds pixels that are not numbers (NaN or infinite).", code="non_finite_pixels")
    if pixels.min() < 0 or pixels.max() > 1:
        raise ImageError(
            f"{name} holds floating-point pixels from {pixels.min():g} to {pixels.max():g}; they must lie in 0 to 1.",
            code="unsupported_pixels",
        )
    return pixels.astype(np.float32)
