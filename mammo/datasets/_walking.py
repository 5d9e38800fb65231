"""Listing a folder's files without ever hanging on one of them or leaving the folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mammo.datasets._base import Refusal

_READ_SUFFIXES = {".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".pgm", ".pnm", ".dcm", ".dicom"}
_OTHER_SUFFIXES = {".bmp", ".gif", ".webp", ".jp2", ".j2k", ".heic", ".fits"}  # refused by the reader, by name
_IMAGE_SUFFIXES = frozenset(_READ_SUFFIXES | _OTHER_SUFFIXES)
_MAGICS = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"P2\n", b"P5\n", b"P5 ")
_DICOM_MAGIC_AT = 128


@dataclass(frozen=True)
class Listing:
    """What lies below a root, by path relative to it, with forward slashes."""

    root: Path
    files: frozenset[str]  # regular files
    images: tuple[str, ...]  # files that look like images, sorted; hidden ones are refused
    refused: Mapping[str, Refusal]  # by path: what can't be read, or must not be

    def left_over(self, taken: Set[str], reason: str) -> tuple[Refusal, ...]:
        """Everything that does not become a sample: images that no reader has ``taken``, and what is refused anyway."""
        unused = (Refusal(file, reason, "not_in_layout") for file in self.images if file not in taken)
        return (*unused, *(self.refused[file] for file in sorted(self.refused.keys() - taken)))

    def absence(self, file: str, listed_in: str) -> Refusal:
        """Why a file that a table lists becomes no entry."""
        absent = Refusal(file, f"{listed_in} lists this image, but it is not there.", "absent")
        return self.refused.get(file, absent)


def names_below(root: Path) -> Iterator[str]:
    """Relative paths of everything that is no folder, as they are met: for a look that may stop early."""
    return (_relative(entry.path, root) for entry in _walk(root, {}))


def list_files(root: Path) -> Listing:
    """All files below ``root``.

    Links to folders are not followed (they may lead in circles), links to files only within ``root``. Pipes, devices,
    closed folders and names that are not UTF-8 are refused with the reason.
    """
    files: list[str] = []
    refused: dict[str, Refusal] = {}
    home = root.resolve()
    for entry in _walk(root, refused):
        file = _relative(entry.path, root)
        reason = _objection(entry, home)
        if reason:
            refused[file] = Refusal(file, reason, "not_a_file")
        else:
            files.append(file)
    images = [file for file in sorted(files) if _looks_like_image(root / file)]
    hidden = {file for file in images if any(part.startswith(".") for part in PurePosixPath(file).parts)}
    reason = "The file or its folder is hidden (its name begins with a dot)."
    refused |= {file: Refusal(file, reason, "hidden") for file in hidden}
    return Listing(root, frozenset(files), tuple(file for file in images if file not in hidden), refused)


def _looks_like_image(path: Path) -> bool:
    """By the name's ending; a file whose name has none, or only digits, is recognised by its first bytes."""
    suffix = path.suffix.lower()
    if suffix in _IMAGE_SUFFIXES:
        return True
    if suffix and not suffix[1:].isdigit():
        return False
    try:
        # Non-blocking: some kernel files say that they are regular and wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            head = file.read(_DICOM_MAGIC_AT + 4) or b""
    except OSError:
        return False
    return head.startswith(_MAGICS) or head[_DICOM_MAGIC_AT:] == b"DICM"


def _walk(root: Path, refused: dict[str, Refusal]) -> Iterator[os.DirEntry[str]]:
    """Everything below a folder but the folders themselves."""
    waiting = [str(root)]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            name = _relative(here, root)
            refused[name] = Refusal(name, f"The folder can't be opened: {error.strerror}.", "unreadable")
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            else:
                yield entry


def _relative(path: str, root: Path) -> str:
    """With bytes that are not UTF-8 spelled out, so that the name can be stored and shown."""
    return Path(path).relative_to(root).as_posix().encode("utf-8", "backslashreplace").decode()


def _objection(entry: os.DirEntry[str], home: Path) -> str | None:
    """Why a directory entry is no file to read; None if it is one."""
    try:
        entry.path.encode()
        if entry.is_symlink() and not Path(entry.path).resolve(strict=True).is_relative_to(home):
            return "A link that leads out of the folder is not followed."
        mode = entry.stat().st_mode
    except UnicodeEncodeError:
        return "The file's name is not valid UTF-8. Rename it."
    except OSError as error:
        return f"The file can't be reached: {error.strerror}."
    except RuntimeError:
        return "A link that leads in a circle is not followed."
    if stat.S_ISDIR(mode):
        return "A link to a folder is not followed. Add that folder itself."
    return None if stat.S_ISREG(mode) else "It is no regular file."
