"""Numbers that an address names; addresses come from anywhere, so no text in them may end in a traceback."""

from __future__ import annotations

_LONGEST = 12  # digits; far more than there will ever be jobs


def number_in(text: str) -> int | None:
    """The whole number that a text is, from 0 on; None if it is anything else, or has more digits than make sense."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None
