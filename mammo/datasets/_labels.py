"""The names under which collections know the classes."""

from __future__ import annotations

import difflib

from mammo.datasets._base import LABEL_POLICIES, UNLABELLED, LabelPolicy

_ALIASES = {
    "normal": ("normal", "healthy", "negative", "norm", "n"),
    "benign": ("benign", "benign_without_callback", "b"),
    "malignant": ("malignant", "cancer", "malign", "m"),
    UNLABELLED: (UNLABELLED, "unlabeled"),
}
_CLASS_OF = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
_SIMILAR = 0.8  # of difflib's ratio in [0, 1]: one wrong letter in a word of five or more


def known_class(text: str) -> str | None:
    """The class that ``text`` names, whatever its case; None if it is no name that the field uses."""
    return _CLASS_OF.get(text.casefold())


def meant_class(text: str) -> str | None:
    """The known class that a misspelt ``text`` probably means."""
    matches = difflib.get_close_matches(text.strip().casefold(), _CLASS_OF, n=1, cutoff=_SIMILAR)
    return _CLASS_OF[matches[0]] if matches else None


def same_label(label: str) -> dict[LabelPolicy, str | None]:
    """Labels of a picture about which its collection says one thing only: it holds under each policy."""
    return dict.fromkeys(LABEL_POLICIES, label)
