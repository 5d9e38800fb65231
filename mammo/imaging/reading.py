"""Opening a picture file: limits from the header first, then the pixels at full depth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mammo.imaging.gray_image import GrayImage


@dataclass(frozen=True)
class LoadedImage:
    """A picture from a file: pixels in [0, 1] and what its header told."""

    pixels: GrayImage
    bits: int  # significant bits of the stored pixels, 8 to 16
    format: str  # by content: "PNG", "JPEG", "TIFF", "PGM", "DICOM"
    warnings: tuple[str, ...] = ()
    laterality: str | None = None  # "L" or "R", where the header says so
    view: str | None = None  # "CC" or "MLO", where the header says so
    modality: str | None = None  # DICOM only
    age: int | None = None
    spacing_mm: float | None = None


def read_image(path: Path) -> LoadedImage:
    """Read one picture, whatever its name says it is."""
    raise NotImplementedError
