"""What a page says, as a person reads it."""

from __future__ import annotations

import re


def unescaped(markdown):
    """Markdown without its escapes."""
    return re.sub(r"\\([\\`*_{}\[\]()<>#+\-.!|~$:])", r"\1", markdown)
