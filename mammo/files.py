"""Files that are either whole or absent, whatever is killed in between."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

_SECRET_BYTES = 32


def kept_secret(path: Path) -> bytes:
    """Random bytes in a file that only this installation's user reads; made at the first call."""
    if not path.exists():
        descriptor, made = tempfile.mkstemp(
            dir=path.parent, prefix=f"{path.stem}.", suffix=".tmp"
        )  # for its owner only
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(_SECRET_BYTES))
        with suppress(FileExistsError):  # another was quicker: whoever links first has made it, and whole
            path.hardlink_to(made)
        Path(made).unlink()
    return path.read_bytes()


def plain_path(path: Path) -> Path:
    """A path that means the same from every folder and as long as its own folders stand: absolute, without "..".

    What lies behind the last ".." is kept as it was given, links too.
    """
    absolute = path.absolute()
    behind = max((place + 1 for place, part in enumerate(absolute.parts) if part == ".."), default=0)
    if not behind:
        return absolute
    return Path(os.path.realpath(Path(*absolute.parts[:behind])), *absolute.parts[behind:])


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, and a power cut loses neither."""
    writer = f"{os.getpid()}-{threading.get_ident()}"  # two sessions of the dashboard are two threads of one process
    temporary = path.with_name(f"{path.name}.{writer}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:  # a full disk is no better for half a file
        temporary.unlink(missing_ok=True)
        raise
    sync_dir(path.parent)


def write_json(path: Path, content: Any) -> None:
    """Write ``content`` as readable JSON, whole or not at all."""
    write_whole(path, json.dumps(content, indent=1, sort_keys=True, allow_nan=False).encode())


def publish_dir(temporary: Path, final: Path) -> None:
    """Rename a finished folder into place; its files must have been synced by ``sync_files``."""
    sync_files(temporary)
    if final.exists():
        shutil.rmtree(final)
    temporary.replace(final)
    sync_dir(final.parent)


def sync_files(folder: Path) -> None:
    """Bring every file of a folder, and the folder itself, to the disk."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    sync_dir(folder)


def sync_dir(folder: Path) -> None:
    """Bring a folder's entries to the disk: without it a rename may be lost in a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
