"""What can be said of a difference between two models: better, worse, equivalent, or that it can't be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mammo.evaluation.intervals import Interval
from mammo.evaluation.notes import FEW_WOMEN, counted_women
from mammo.evaluation.scores import SCORES

Verdict = Literal["better", "worse", "equivalent", "cannot_tell"]

MARGIN = 0.03  # a smaller difference in a score would change no decision
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class ComparedScore:
    """One score of two models on the same images."""

    first: int  # place of the model in the sets
    second: int
    score: str  # name in SCORES
    margin: float  # a difference below it is of no use
    first_value: float | None
    second_value: float | None
    difference: Interval  # second less first
    p: float | None  # that they differ by chance alone; two-sided, after Holm for all pairs of models
    p_equivalence: float | None  # that they differ by the margin or more; after Holm for all pairs of models
    women: int

    @property
    def verdict(self) -> Verdict:
        """What can be said of the second model."""
        if self.women < FEW_WOMEN or self.p is None or self.p_equivalence is None or self.difference.value is None:
            return "cannot_tell"
        if self.p < SIGNIFICANT:
            is_gain = (self.difference.value > 0) == SCORES[self.score].higher_is_better
            return "better" if is_gain else "worse"
        return "equivalent" if self.p_equivalence < SIGNIFICANT else "cannot_tell"

    def sentence(self, first: str, second: str) -> str:
        """The verdict about the models by their names, with its figures."""
        label = SCORES[self.score].label
        if self.difference.value is None or self.p is None:
            return f"{label} can't be compared ({self.difference.reason})."
        figures = f"{label} {self.second_value:.2f} against {self.first_value:.2f}, difference {self.difference}"
        chance = f"p = {self.p:.3f}" if self.p >= 0.001 else "p < 0.001"
        small = abs(self.difference.value) < self.margin
        if self.verdict in {"better", "worse"}:
            limit = f"; less than the margin of {self.margin:g} all the same" if small else ""
            return f"{second} is {self.verdict} than {first}: {figures}, {chance}{limit}."
        if self.verdict == "equivalent":
            return f"{second} and {first} are equivalent within {self.margin:g}: {figures}."
        if self.women < FEW_WOMEN:
            return f"{counted_women(self.women)} can't tell {second} from {first}: {figures}."
        return f"Can't tell whether {second} or {first} is better: {figures}, {chance}."
