"""What a file is, by its first bytes; its name decides nothing."""

from __future__ import annotations

from pathlib import PurePath

from mammo.errors import ImageError

_READ = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"P2", "PGM"),
    (b"P5", "PGM"),
)
_KNOWN_BUT_NOT_READ = (
    (b"%!PS", "EPS"),
    (b"\xc5\xd0\xd3\xc6", "EPS"),
    (b"%PDF", "PDF"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"SIMPLE  =", "FITS"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
)
_NO_IMAGE = ((b"PK\x03\x04", "a ZIP archive"), (b"MZ", "a program"), (b"\x7fELF", "a program"))
_SHORTEST = 16  # bytes; no picture is shorter
_EXTENSIONS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".pgm": "PGM",
    ".dcm": "DICOM",
    ".dicom": "DICOM",
}


def format_of(name: str, head: bytes) -> str:
    """The format by content.

    Args:
        name: For messages.
        head: The first 512 bytes, or all of a shorter file.

    Returns:
        "PNG", "JPEG", "TIFF", "PGM" or "DICOM".

    Raises:
        ImageError: ``empty_file``, ``unreadable_image``, ``format_not_allowed`` or ``not_an_image``, saying what it
            looks like.
    """
    if not head:
        raise ImageError(f"{name} is empty (0 bytes).", code="empty_file")
    if len(head) < _SHORTEST:
        raise ImageError(f"{name} is too short to be a picture ({len(head)} bytes).", code="unreadable_image")
    if head[128:132] == b"DICM" or _starts_as_data_set(head):
        return "DICOM"
    for magic, found in _READ:
        if head.startswith(magic):
            return found
    refused = next((found for magic, found in _KNOWN_BUT_NOT_READ if head.startswith(magic)), None)
    refused = refused or _by_container(head)
    if refused:
        raise ImageError(
            f"{name} is {refused}, which is not read. Export it as PNG, JPEG, TIFF, PGM or DICOM.",
            code="format_not_allowed",
        )
    raise ImageError(f"{name} is not an image; it looks like {_looks_like(head)}.", code="not_an_image")


def extension_warning(name: str, found: str) -> tuple[str, ...]:
    """One warning where a name claims another format than the content has."""
    claimed = _EXTENSIONS.get(PurePath(name).suffix.lower())
    return (f"extension differs: the content is {found}",) if claimed not in {None, found} else ()


def _starts_as_data_set(head: bytes) -> bool:
    """DICOM without its preamble begins with a small element of group 2 or 8, the last also in big-endian order."""
    return (head[:2] in {b"\x02\x00", b"\x08\x00"} and head[3] == 0) or head[:3] == b"\x00\x08\x00"


def _by_container(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"}:
        return "HEIC"
    if b"<svg" in head.lower():
        return "SVG"
    return None


def _looks_like(head: bytes) -> str:
    known = next((found for magic, found in _NO_IMAGE if head.startswith(magic)), None)
    if known:
        return known
    text = head.lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<script", b"<head")):
        return "HTML"
    printable = sum(32 <= byte < 127 or byte in b"\r\n\t" for byte in head)
    return "text" if printable > 0.95 * len(head) else "no known format"
