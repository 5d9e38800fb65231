"""What the point operations share: refusing bad input, and a straight line between two gray levels."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from mammo.errors import ImageError, ParameterError
from mammo.imaging.gray_image import GrayImage


def enhancement(apply: Callable[..., GrayImage]) -> Callable[..., GrayImage]:
    """Wrap a method so that it refuses NaN, returns a constant image unchanged and yields float32 in [0, 1]."""

    @functools.wraps(apply)
    def guarded(image: GrayImage, **values: float | str | bool) -> GrayImage:
        low, high = float(image.min()), float(image.max())
        if not np.isfinite([low, high]).all():
            raise ImageError("The image holds pixels that are not numbers.", code="non_finite_pixels")
        enhanced = apply(image, **values)
        return image if low == high else np.clip(enhanced, 0, 1, dtype=np.float32)

    return guarded


def require_below(low: float, high: float, names: tuple[str, str], unit: str = "") -> None:
    """Raise ParameterError unless ``low`` is below ``high``."""
    if low >= high:
        raise ParameterError(f"{names[0]} ({low:g}{unit}) must be below {names[1]} ({high:g}{unit}).")


def line(image: GrayImage, low: float, high: float) -> GrayImage:
    """Gray levels from ``low`` to ``high`` carried linearly onto [0, 1] and clipped; equal ends change nothing."""
    if low >= high:
        return image
    stretched: GrayImage = np.subtract(image, np.float32(low))
    stretched *= np.float32(1 / (high - low))
    return np.clip(stretched, 0, 1, out=stretched)
