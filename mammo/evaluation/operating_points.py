"""Working points of a reader: a threshold chosen on validation images, and what it gives on others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mammo.errors import ParameterError
from mammo.evaluation.curves import roc, sensitivity_at_specificity, specificity_at_sensitivity
from mammo.evaluation.intervals import Interval
from mammo.evaluation.notes import counted_women
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.shares import clustered_share


@dataclass(frozen=True)
class ThresholdRule:
    """What a threshold must reach at least; of all that do, the one that is best in the other of the two is taken.

    Raises:
        ParameterError: If the target is not between 0 and 1.
    """

    reaches: Literal["sensitivity", "specificity"]
    target: float  # in (0, 1)

    def __post_init__(self) -> None:
        if not 0 < self.target < 1:
            raise ParameterError(f"A {self.reaches} to reach must lie between 0 and 1, not at {self.target}.")

    def __str__(self) -> str:
        return f"{self.reaches} of {self.target:.2f} or more"


@dataclass(frozen=True)
class ChosenThreshold:
    """A threshold with its origin, so that it is never judged by the images on which it was chosen."""

    threshold: float  # positive is a score of this or more; infinite: no finite one reaches the target
    rule: ThresholdRule
    part: str  # on which it was chosen
    sensitivity: float  # there
    specificity: float  # there
    women: frozenset[str]  # whose images they were

    def __str__(self) -> str:
        return (
            f"Threshold {self.threshold:.3f}, chosen on {self.part} ({counted_women(len(self.women))}) for a "
            f"{self.rule}; there it gives sensitivity {self.sensitivity:.2f} and specificity {self.specificity:.2f}."
        )


@dataclass(frozen=True)
class MeasuredPoint:
    """What a threshold gives on images that had no part in choosing it."""

    threshold: float
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int
    women: int
    sensitivity: Interval
    specificity: Interval
    ppv: Interval  # at these images' prevalence
    npv: Interval  # at these images' prevalence
    notes: tuple[str, ...] = ()


def chosen_threshold(scores: BinaryScores, rule: ThresholdRule, *, part: str) -> ChosenThreshold | None:
    """Choose a threshold on the images of ``part``; None where they hold no positive or no negative."""
    curve = roc(scores)
    if curve is None:
        return None
    choose = sensitivity_at_specificity if rule.reaches == "specificity" else specificity_at_sensitivity
    point = choose(curve, rule.target)
    women = frozenset(scores.patients.tolist())
    return ChosenThreshold(point.threshold, rule, part, point.sensitivity, point.specificity, women)


def applied(chosen: ChosenThreshold, scores: BinaryScores, *, part: str) -> MeasuredPoint:
    """What a threshold gives on another part than the one on which it was chosen.

    The intervals are about the threshold as it is: they hold no share for having chosen another one.

    Raises:
        ParameterError: If ``part`` is the one on which the threshold was chosen.
    """
    if part == chosen.part:
        raise ParameterError(
            f"The threshold was chosen on {part}, where it looks better than it is; measure it on another part."
        )
    known = len(chosen.women & set(scores.patients.tolist()))
    seen = f"{counted_women(known)} of {part} had images in {chosen.part} too, where the threshold was chosen."
    return measured_at(scores, chosen.threshold, notes=(seen,) if known else ())


def measured_at(scores: BinaryScores, threshold: float, *, notes: tuple[str, ...] = ()) -> MeasuredPoint:
    """What a threshold from elsewhere gives: counts, and rates with clustered intervals (``clustered_share``).

    Args:
        scores: A question answered on N images.
        threshold: Positive is a score of this or more.
        notes: Sentences to be read beside the rates.
    """
    is_called, is_positive = scores.score >= threshold, scores.is_positive

    def rate(is_hit: np.ndarray, among: np.ndarray, reason: str) -> Interval:
        if not among.any():
            return Interval(None, reason=reason)
        return clustered_share(is_hit[among], scores.patients[among])

    return MeasuredPoint(
        threshold=float(threshold),
        true_positives=int((is_called & is_positive).sum()),
        false_positives=int((is_called & ~is_positive).sum()),
        false_negatives=int((~is_called & is_positive).sum()),
        true_negatives=int((~is_called & ~is_positive).sum()),
        women=scores.patient_count,
        sensitivity=rate(is_called, is_positive, "no image is positive"),
        specificity=rate(~is_called, ~is_positive, "no image is negative"),
        ppv=rate(is_positive, is_called, "no image is called positive"),
        npv=rate(~is_positive, ~is_called, "no image is called negative"),
        notes=notes,
    )
