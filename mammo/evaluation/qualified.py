"""One answer with what validation makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from mammo.evaluation.intervals import Interval


@dataclass(frozen=True)
class OnTest:
    """How a model did on its test images."""

    images: int
    women: int
    gravest: str  # the last of its classes
    found: Interval  # sensitivity for that class
    held: Interval | None  # share of test women whose truth the sets held; None: the sets were learnt from them

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The value whose ``asdict`` these are."""
        held = values["held"]
        return cls(**{**values, "found": Interval(**values["found"]), "held": held and Interval(**held)})


@dataclass(frozen=True)
class Qualified:
    """One answer, with what validation makes of it; enough to say it in words."""

    shares: Mapping[str, Interval]  # calibrated probabilities, by class
    fits: tuple[str, ...]  # classes of the conformal set
    at_screening: float | None  # the gravest class's probability where it is as rare as among screened women
    temperature: float
    goal: float  # of the sets
    held: Interval  # share of validation women whose truth sets fitted on the others held
    images: int  # of validation, or of all folds
    women: int
    always_fit: Mapping[str, int]  # classes that too few validation women have to be ruled out, with their number
    fewest_women: int  # that it takes
    tested: OnTest | None
    folds: int = 0  # of a cross-validated training, whose women of all folds stand for validation women

    @property
    def first(self) -> str:
        """The most probable class."""
        return max(self.shares, key=lambda name: self.shares[name].value or 0.0)

    @property
    def gravest(self) -> str:
        """The last class."""
        return list(self.shares)[-1]

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The value whose ``asdict`` these are."""
        tested = values["tested"]
        return cls(
            **{
                **values,
                "shares": {name: Interval(**one) for name, one in values["shares"].items()},
                "fits": tuple(values["fits"]),
                "held": Interval(**values["held"]),
                "tested": tested and OnTest.from_json(tested),
            }
        )
