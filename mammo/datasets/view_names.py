"""Side, view and woman, as far as the names of brought files tell: ``C_0029_1.LEFT_CC.jpg``, ``roe-R-MLO.dcm``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

_WORDS = re.compile(r"[A-Za-z]+|\d+")
_SIDES = {"L": "L", "LEFT": "L", "R": "R", "RIGHT": "R"}
_VIEWS = ("CC", "MLO")
_TOGETHER = {f"{side}{view}": (side, view) for side in "LR" for view in _VIEWS}
_MOST_VIEWS = 4


@dataclass(frozen=True)
class ShownView:
    """What is known of one file."""

    woman: str  # what the name holds beside side and view; equal for the files of one woman
    laterality: str | None = None  # "L" or "R"
    view: str | None = None  # "CC" or "MLO"

    @property
    def in_words(self) -> str:
        """Side and view, or as much of them as is known."""
        return " ".join(word for word in (self.laterality, self.view) if word)


def named_view(file: str) -> ShownView:
    """What a file's name tells; the last mention of a side or a view counts."""
    side = view = None
    rest = []
    for word in _WORDS.findall(PurePosixPath(file.replace("\\", "/")).stem):
        upper = word.upper()
        if upper in _TOGETHER:
            side, view = _TOGETHER[upper]
        elif upper in _SIDES:
            side = _SIDES[upper]
        elif upper in _VIEWS:
            view = upper
        else:
            rest.append(upper)
    return ShownView("-".join(rest), side, view)


def women(shown: Sequence[ShownView]) -> list[tuple[int, ...]]:
    """Which files are one woman's, by their places; files of which nothing is known stand alone.

    Names that differ in side and view alone are one woman's. Up to four files that all show different views, by their
    headers say, are taken for one woman's whatever they are called: that is how examinations are exported.
    """
    views = [(one.laterality, one.view) for one in shown]
    are_one_examination = 1 < len(shown) <= _MOST_VIEWS and len(set(views)) == len(views)
    if are_one_examination and all(side and view for side, view in views):
        return [tuple(range(len(shown)))]
    groups: dict[str, list[int]] = {}
    for place, one in enumerate(shown):
        alone = f"\0{place}"
        key = one.woman if one.laterality or one.view else alone
        taken = groups.get(key, [])
        is_repeated = any(views[other] == views[place] for other in taken)
        groups.setdefault(alone if is_repeated else key, []).append(place)
    return [tuple(places) for places in groups.values()]
