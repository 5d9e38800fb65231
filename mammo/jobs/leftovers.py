"""Removing what killed processes left half written."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mammo.config import Settings

_YOUNGEST_SECONDS = 3600.0  # a younger one may still be written


def remove_leftovers(settings: Settings, youngest_seconds: float = _YOUNGEST_SECONDS) -> int:
    """Remove files and folders that were never renamed into place; return their number.

    A job that goes on removes its own (``remove_own``); those of a job that was cancelled would lie there for ever.

    Args:
        settings: Where files lie.
        youngest_seconds: What was written to in the last so many seconds stays.
    """
    latest = time.time() - youngest_seconds
    half_written = [
        *(settings.home / "jobs").rglob("*.tmp"),
        *settings.prepared_dir.rglob("*.tmp"),
        *settings.datasets_dir.glob(".*.tmp"),  # no data set's name begins with a dot
    ]
    old = [path for path in half_written if _written_at(path) <= latest]
    for path in old:
        _remove(path)
    return len(old)


def remove_own(job_dir: Path) -> None:
    """Remove what earlier attempts of a job left half written; for the process that has the job in hand."""
    for path in list(job_dir.rglob("*.tmp")):
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _written_at(path: Path) -> float:
    with suppress(OSError):  # renamed or removed just now
        return max(one.stat().st_mtime for one in [path, *path.rglob("*")])
    return float("inf")
