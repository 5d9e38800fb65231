"""What the checks of a model's heat maps found, and which of them failed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mammo.evaluation.evaluation import Evaluation
from mammo.evaluation.intervals import Interval

MOST_LIKE_RANDOM = 0.5  # rank correlation with the map of random weights; above it the map shows the picture
LEAST_REPEATED = 0.7  # rank correlation with the map of a picture that differs by a trifle
FEWEST_WOMEN = 10  # with outlined lesions; fewer say nothing about localization


@dataclass(frozen=True)
class HeatmapTrust:
    """Figures of one method on the images of one model, each a mean with its interval clustered by woman."""

    method: str  # name in CAM_METHODS
    layer: str
    images: int
    women: int
    blank: int  # maps that point nowhere; they are in no mean but that of localization
    like_random_weights: Interval  # rank correlation, inside the breast, with the map of random weights
    repeated: Interval  # rank correlation with the map under a trifle of noise, contrast and shift of gray
    faithfulness: Interval  # ROAD of the map, less that of a map of random channel weights
    outlined: int  # images with an outlined lesion
    outlined_women: int
    over_chance: Interval  # share of the map inside the lesions, less the lesions' share of the breast
    over_random_weights: Interval  # the same share, less that of the map of random weights
    over_center: Interval  # hits of the pointing game, less those of the middle of the breast
    model_doubt: str | None = None  # why the model itself is doubted: a sentence

    @property
    def failures(self) -> tuple[str, ...]:
        """Sentences that say why the maps are not to be trusted; empty if every check passed."""
        found = [self.model_doubt] if self.model_doubt else []
        if self.blank * 2 > self.images:
            found.append(f"{self.blank} of {self.images} maps are empty.")
        if _is_above(self.like_random_weights, MOST_LIKE_RANDOM):
            found.append(
                f"The map hardly changes when the weights are replaced by random ones (similarity "
                f"{self.like_random_weights.value:.2f}): it shows the picture, not what the model has learnt."
            )
        if _is_below(self.repeated, LEAST_REPEATED):
            found.append(f"A trifle of noise or contrast changes the map (similarity {self.repeated.value:.2f} of 1).")
        if not self.faithfulness.is_above_zero:
            found.append("Removing what the map marks moves the answer no more than removing any other place.")
        if self.outlined_women >= FEWEST_WOMEN:
            if not self.over_chance.is_above_zero:
                found.append("The map points at outlined lesions no better than chance.")
            if not self.over_random_weights.is_above_zero:
                found.append("A network with random weights points at outlined lesions just as well.")
        return tuple(found)

    @property
    def passed(self) -> tuple[int, int]:
        """Checks that were passed, and checks made: random weights, a trifle of change, removal, outlined lesions."""
        checks = [
            not _is_above(self.like_random_weights, MOST_LIKE_RANDOM),
            not _is_below(self.repeated, LEAST_REPEATED),
            self.faithfulness.is_above_zero,
        ]
        if self.outlined_women >= FEWEST_WOMEN:
            checks.append(self.over_chance.is_above_zero and self.over_random_weights.is_above_zero)
        return sum(checks), len(checks)

    @property
    def is_void(self) -> bool:
        """Whatever the checks say: the model itself is doubted, or most maps are empty."""
        return self.model_doubt is not None or self.blank * 2 > self.images

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the failures for readers of the file."""
        values = asdict(self)
        intervals = {name: value.to_json() for name, value in vars(self).items() if isinstance(value, Interval)}
        return {**values, **intervals, "failures": list(self.failures)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> HeatmapTrust:
        plain = {name: value for name, value in values.items() if name != "failures"}
        intervals = {name for name, kind in cls.__annotations__.items() if kind == "Interval"}
        return cls(**{**plain, **{name: Interval.from_json(plain[name]) for name in intervals}})


def model_doubt(evaluation: Evaluation) -> str | None:
    """Why maps of a model that was tested so can't be trusted, whatever they look like; None if they can."""
    scores = evaluation.scores["balanced_accuracy"]
    chance = 1 / len(evaluation.confusion.class_names)
    if scores.low is not None and scores.low > chance:
        return None
    return f"The model can't be told from chance (balanced accuracy {scores}), so its maps explain nothing."


def _is_above(figure: Interval, limit: float) -> bool:
    return figure.value is not None and figure.value > limit


def _is_below(figure: Interval, limit: float) -> bool:
    return figure.value is not None and figure.value < limit
