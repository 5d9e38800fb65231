"""Several models on one image: what they say together, and where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from mammo.errors import ParameterError
from mammo.evaluation.intervals import Interval
from mammo.evaluation.qualified import Qualified


@dataclass(frozen=True)
class Ensemble:
    """The models' answers as one."""

    shares: Mapping[str, Interval]  # mean calibrated probability by class, with the means of the intervals' ends
    fits: tuple[str, ...]  # classes that fit one model or more
    first: Mapping[str, str]  # each model's most probable class, by the model's name

    @property
    def agreeing(self) -> int:
        """So many models put the class first that most of them do."""
        return max(Counter(self.first.values()).values())

    @property
    def is_agreed(self) -> bool:
        """Whether all models put the same class first."""
        return self.agreeing == len(self.first)

    @property
    def in_words(self) -> str:
        """Who says what."""
        leader = max(self.shares, key=lambda name: self.shares[name].value or 0.0)
        most = Counter(self.first.values()).most_common(1)[0][0]
        chosen = most if list(self.first.values()).count(leader) < self.agreeing else leader
        count = len(self.first)
        if self.is_agreed:
            return f"All {count} models put {chosen} first."
        others = ", ".join(f"{model} {label}" for model, label in self.first.items() if label != chosen)
        return f"{self.agreeing} of {count} models put {chosen} first; {others}."


def ensemble(answers: Mapping[str, Qualified]) -> Ensemble:
    """What several models say of one image.

    A set that holds every class of each model's set holds the truth at least as often as the best of them alone: it
    needs no validation of its own, and it grows where the models disagree.

    Args:
        answers: Of two models or more, by the model's name.

    Raises:
        ParameterError: If the models do not know the same classes.
    """
    names = [tuple(one.shares) for one in answers.values()]
    if len({frozenset(one) for one in names}) > 1:
        raise ParameterError("These models know different classes, so their answers have no mean. Choose others.")
    classes = names[0]
    return Ensemble(
        shares={name: _mean([one.shares[name] for one in answers.values()]) for name in classes},
        fits=tuple(name for name in classes if any(name in one.fits for one in answers.values())),
        first={model: one.first for model, one in answers.items()},
    )


def _mean(shares: list[Interval]) -> Interval:
    def mean(of: list[float | None]) -> float | None:
        known = [one for one in of if one is not None]
        return sum(known) / len(known) if len(known) == len(of) else None

    return Interval(mean([s.value for s in shares]), mean([s.low for s in shares]), mean([s.high for s in shares]))
