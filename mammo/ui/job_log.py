"""The end of a job's log."""

from __future__ import annotations

from pathlib import Path

_TAIL_BYTES = 64 * 1024


def log_tail(path: Path, lines: int = 200) -> str:
    """The last lines of a log, "" where there is none yet; what is no text is shown as a replacement character."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
