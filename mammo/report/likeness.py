"""The known cases most similar to a case of a report: what they are and how near they lie, none of their pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from mammo.embedding.catalogue import UsualDistances
from mammo.embedding.nearest import Nearest, nearness_in_words

DISTANCE_TOLERANCE = 5e-4  # half of the last digit that is told; other processors stay far below it


@dataclass(frozen=True)
class SimilarCase:
    """A picture that the model learnt from. Its name is none of a report's: it may be a woman's."""

    label: str
    laterality: str | None
    view: str | None
    distance: float  # 1 - cosine, 0 to 2

    @property
    def kind(self) -> tuple[str, str | None, str | None]:
        return self.label, self.laterality, self.view


@dataclass(frozen=True)
class Likeness:
    """The nearest known pictures, each of another woman, the nearest first."""

    cases: tuple[SimilarCase, ...]
    usual: UsualDistances | None  # None: too few films to tell

    @classmethod
    def of(cls, nearest: Nearest) -> Self:
        """What a report keeps of what was found."""
        known = [(one.picture, one.distance) for one in nearest.neighbours]
        cases = (SimilarCase(one.label, one.laterality, one.view, distance) for one, distance in known)
        return cls(tuple(cases), nearest.usual)

    @property
    def words(self) -> str:
        """A sentence about the nearest."""
        return nearness_in_words(self.cases[0].distance if self.cases else None, self.usual)


def likeness_differences(stated: Likeness, computed: Likeness | None) -> Iterator[str]:
    """In words, where stated cases are not those found here; of two that lie equally near either may come first."""
    if computed is None:
        yield "which films the model learnt from is not known here"
        return
    if stated.usual != computed.usual:
        yield "the report states other usual distances than are known here"
    if len(stated.cases) != len(computed.cases):
        yield f"the report tells {len(stated.cases)} similar cases, here are {len(computed.cases)}"
        return
    left = list(computed.cases)
    for number, one in enumerate(stated.cases, start=1):
        found = next((other for other in left if one.kind == other.kind and _near(one, other)), None)
        if found is not None:
            left.remove(found)
        elif not _near(one, computed.cases[-1]):  # behind the last one may stand others as near
            yield f"similar case {number}: the model finds none of {one.label} at {one.distance:.3f}"


def _near(one: SimilarCase, other: SimilarCase) -> bool:
    return abs(one.distance - other.distance) <= DISTANCE_TOLERANCE
