"""Text of people and files, shown as it is: neither Markdown nor icons nor formulas come of it."""

from __future__ import annotations

import re

_MEANINGFUL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")
_LONGEST = 300  # characters that a message quotes


def plain(text: str) -> str:
    """Escape ``text`` for Markdown on one line; a long one is cut."""
    line = " ".join(text.split())
    shown = line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"
    return _MEANINGFUL.sub(r"\\\1", shown)
