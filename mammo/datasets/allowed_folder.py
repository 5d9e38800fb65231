"""Which folders of the server a visitor of the pages may import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mammo.errors import DatasetError

_LONGEST_PATH = 1000  # characters
_SHOWN = 80  # of a path too long to be one


def allowed_folder(text: str, roots: Sequence[Path]) -> Path:
    """The folder that a person named, links followed.

    What lies outside the roots is neither looked at nor told about.

    Args:
        text: As it was typed.
        roots: Folders below which all may be imported; none: any folder of the server.

    Raises:
        DatasetError: If it is no folder, or lies outside the roots; ``code`` says which.
    """
    named = text.strip()
    if not named:
        raise DatasetError("Name a folder of this server, such as /data/films.", code="no_folder")
    if not named.isprintable() or len(named) > _LONGEST_PATH:
        raise DatasetError("This can't be the path of a folder. Check it for odd characters.", code="no_folder")
    if not Path(named).is_absolute():
        raise DatasetError(f"Give the whole path of {named}, from / on.", code="no_folder")
    try:
        return _checked(named, Path(named).resolve(), roots)
    except (OSError, RuntimeError) as error:
        raise DatasetError(f"{named[:_SHOWN]} can't be followed: {_reason(error)}.", code="no_folder") from None


def _checked(named: str, folder: Path, roots: Sequence[Path]) -> Path:
    if roots and not any(folder.is_relative_to(root.resolve()) for root in roots):
        raise DatasetError(f"{named} can't be added. {allowed_in_words(roots)}", code="outside_roots")
    if folder == Path(folder.anchor):
        raise DatasetError(f"{named} is the whole server. Name the folder that holds the films.", code="no_folder")
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist on this server"
        raise DatasetError(f"{named} {what}. Name the folder that holds the films.", code="no_folder")
    return folder


def _reason(error: OSError | RuntimeError) -> str:
    """In words; a RuntimeError is what links in a circle end in."""
    return str(error.strerror).lower() if isinstance(error, OSError) else "its links lead in a circle"


def allowed_in_words(roots: Sequence[Path]) -> str:
    """Which folders may be imported, as a sentence."""
    if not roots:
        return "Any folder that this server can read can be added."
    return f"Folders in {' and '.join(str(root) for root in roots)} can be added."
