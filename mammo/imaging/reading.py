"""Opening a picture file: limits from the header first, then the pixels at full depth."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from mammo.errors import ImageError
from mammo.imaging._formats import extension_warning, format_of
from mammo.imaging._limits import check_aspect, is_long
from mammo.imaging._raster import decode_raster
from mammo.imaging._scaling import to_gray
from mammo.imaging.gray_image import GrayImage
from mammo.imaging.remarks import STRIP

MAX_BYTES = 512 * 1024 * 1024  # of one file


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
    """Read a picture that was imported, whatever its name says it is. How pixels become [0, 1] stands in ``_scaling``.

    Raises:
        ImageError: One sentence with the file's name; ``code`` says in which way it can't be read.
    """
    return decode_image(path.name, read_bytes(path), any_aspect=True)  # its import has decided that


def read_bytes(path: Path) -> bytes:
    """All of a regular file, if it is no larger than a picture can be.

    Raises:
        ImageError: ``file_too_large`` or ``unreadable_file``, also if it is being written to.
    """
    try:
        # Non-blocking: what was a file when it was listed may be a pipe by now.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise ImageError(f"{path.name} can't be opened: it is no regular file.", code="unreadable_file")
            check_bytes(path.name, found.st_size)
            content = file.read(found.st_size + 1)
    except OSError as error:
        raise ImageError(f"{path.name} can't be opened: {error.strerror}.", code="unreadable_file") from None
    if len(content) > found.st_size:
        raise ImageError(f"{path.name} grows while it is read. Add it when it is whole.", code="unreadable_file")
    return content


def decode_image(name: str, data: bytes, *, any_aspect: bool = False, is_known: bool = False) -> LoadedImage:
    """A picture from a file's bytes.

    Args:
        name: For sentences only.
        data: The file's bytes.
        any_aspect: Take a strip, too, with a warning; otherwise it is refused.
        is_known: These very bytes were decoded before, as their hash says: a PNG's chunks are not checked again.

    Raises:
        ImageError: As ``read_image``, or ``bad_aspect``.
    """
    check_bytes(name, len(data))
    image = _decoded(name, data, is_known=is_known)
    height, width = image.pixels.shape
    if not any_aspect:
        check_aspect(name, width, height)
    return replace(image, warnings=(*image.warnings, STRIP)) if is_long(width, height) else image


def _decoded(name: str, data: bytes, *, is_known: bool) -> LoadedImage:
    found = format_of(name, data[:512])
    noted = extension_warning(name, found)
    if found == "DICOM":
        from mammo.imaging.dicom import read_dicom  # here only: pages load this module, and few films are DICOM

        film = read_dicom(name, data)
        facts = {**vars(film), "warnings": (*noted, *film.warnings)}
        return LoadedImage(format=found, **facts)
    stored, warnings = decode_raster(name, data, found, is_known=is_known)
    pixels, bits, scaling_warnings = to_gray(name, stored)
    return LoadedImage(pixels, bits, found, (*noted, *dict.fromkeys((*warnings, *scaling_warnings))))


def check_bytes(name: str, size: int) -> None:
    """Refuse a file of more bytes than a picture has: ImageError ``file_too_large``."""
    if size > MAX_BYTES:
        raise ImageError(f"{name} is larger than {MAX_BYTES // 2**20} MiB.", code="file_too_large")
