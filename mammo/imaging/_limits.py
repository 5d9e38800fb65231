"""What a picture may measure; asked before any pixel is decoded."""

from __future__ import annotations

from mammo.errors import ImageError

MAX_PIXELS = 64_000_000  # the largest full-field mammograms have 28 million
MIN_SIDE_PX = 64  # below that nothing of a breast is left
MAX_ASPECT = 6.0  # a film is 1.2 to 1.8 times as high as wide


def check_size(name: str, width: int, height: int) -> None:
    """Refuse sizes that no mammogram has.

    Raises:
        ImageError: ``corrupt``, ``too_many_pixels`` or ``too_small``.
    """
    if width <= 0 or height <= 0:
        raise ImageError(f"{name} says that it is {width} x {height} pixels; the file is damaged.", code="corrupt")
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{name} has {width} x {height} pixels; more than {MAX_PIXELS // 1_000_000} million are not read.",
            code="too_many_pixels",
        )
    if min(width, height) < MIN_SIDE_PX:
        raise ImageError(
            f"{name} has {width} x {height} pixels; each side needs at least {MIN_SIDE_PX}.", code="too_small"
        )


def is_long(width: int, height: int) -> bool:
    """Is one side longer than a mammogram's could be?"""
    return max(width, height) > MAX_ASPECT * min(width, height)


def check_aspect(name: str, width: int, height: int) -> None:
    """Refuse the shape of a strip: ImageError ``bad_aspect``."""
    if is_long(width, height):
        raise ImageError(
            f"{name} has {width} x {height} pixels; one side may be at most {MAX_ASPECT:g} times the other.",
            code="bad_aspect",
        )


def check_frames(name: str, frames: int) -> None:
    """Refuse files of several pictures: taking the first would be a silent choice."""
    if frames > 1:
        raise ImageError(f"{name} holds {frames} pictures; give each one as a file of its own.", code="multi_frame")
