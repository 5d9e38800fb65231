"""ROC and precision-recall curves, and the points of them at which a reader would work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mammo.evaluation.intervals import Values
from mammo.evaluation.questions import BinaryScores

STORED_POINTS = 200  # thinning to 200 moves a stored curve by less than 0.01 in either direction
TARGETS = (0.8, 0.9, 0.95)  # of specificity or sensitivity
_ROUNDING = 1e-12  # 1 - 0.1 shall count as a specificity of 0.9


@dataclass(frozen=True, eq=False)
class RocCurve:
    """Points from (0, 0) to (1, 1), one for each threshold; positive is a score of the threshold or more."""

    false_positive_rate: Values
    sensitivity: Values
    thresholds: Values  # falling; the first is infinite: nothing is positive

    def thinned(self, points: int = STORED_POINTS) -> RocCurve:
        """At most ``points`` points, evenly along the curve, ends kept."""
        kept = _evenly_along(self.false_positive_rate, self.sensitivity, points)
        return RocCurve(self.false_positive_rate[kept], self.sensitivity[kept], self.thresholds[kept])

    def to_json(self) -> dict[str, list[float | None]]:
        return {
            "false_positive_rate": self.false_positive_rate.tolist(),
            "sensitivity": self.sensitivity.tolist(),
            "thresholds": [None if np.isinf(threshold) else float(threshold) for threshold in self.thresholds],
        }


@dataclass(frozen=True, eq=False)
class PrecisionRecallCurve:
    """Points of rising recall, one for each threshold."""

    recall: Values
    precision: Values
    thresholds: Values  # falling
    average_precision: float  # area under the steps
    prevalence: float  # the precision of answering by chance

    def thinned(self, points: int = STORED_POINTS) -> PrecisionRecallCurve:
        """At most ``points`` points, evenly along the curve, ends kept; the average precision stays the exact one."""
        kept = _evenly_along(self.recall, self.precision, points)
        return PrecisionRecallCurve(
            self.recall[kept],
            self.precision[kept],
            self.thresholds[kept],
            average_precision=self.average_precision,
            prevalence=self.prevalence,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "recall": self.recall.tolist(),
            "precision": self.precision.tolist(),
            "thresholds": self.thresholds.tolist(),
            "average_precision": self.average_precision,
            "prevalence": self.prevalence,
        }


@dataclass(frozen=True)
class OperatingPoint:
    """What a threshold gives: positive is a score of ``threshold`` or more."""

    threshold: float
    sensitivity: float
    specificity: float


def roc(scores: BinaryScores) -> RocCurve | None:
    """The whole ROC curve; None without a positive or without a negative."""
    if scores.why_one_sided is not None:
        return None
    thresholds, true_positives, false_positives = _counted(scores)
    return RocCurve(
        false_positive_rate=np.append(0.0, false_positives / false_positives[-1]),
        sensitivity=np.append(0.0, true_positives / true_positives[-1]),
        thresholds=np.append(np.inf, thresholds),
    )


def precision_recall(scores: BinaryScores) -> PrecisionRecallCurve | None:
    """The whole precision-recall curve; None without a positive or without a negative."""
    if scores.why_one_sided is not None:
        return None
    thresholds, true_positives, false_positives = _counted(scores)
    precision = true_positives / (true_positives + false_positives)
    recall = true_positives / true_positives[-1]
    return PrecisionRecallCurve(
        recall,
        precision,
        thresholds,
        average_precision=float((np.diff(recall, prepend=0) * precision).sum()),
        prevalence=float(scores.is_positive.mean()),
    )


def sensitivity_at_specificity(curve: RocCurve, specificity: float) -> OperatingPoint:
    """The most sensitive point of a whole curve with at least this specificity, in [0, 1]."""
    allowed = np.flatnonzero(1 - curve.false_positive_rate >= specificity - _ROUNDING)
    best = allowed[curve.sensitivity[allowed] == curve.sensitivity[allowed].max()][0]
    return _point(curve, int(best))


def specificity_at_sensitivity(curve: RocCurve, sensitivity: float) -> OperatingPoint:
    """The most specific point of a whole curve with at least this sensitivity, in [0, 1]."""
    return _point(curve, int(np.argmax(curve.sensitivity >= sensitivity - _ROUNDING)))


def _counted(scores: BinaryScores) -> tuple[Values, Values, Values]:
    """Falling thresholds, one for each different score, with the positives and negatives from each upwards."""
    order = np.argsort(-scores.score, kind="stable")
    sorted_scores = scores.score[order]
    last_of_equals = np.flatnonzero(np.append(np.diff(sorted_scores) != 0, [True]))
    true_positives = scores.is_positive[order].cumsum()[last_of_equals]
    return sorted_scores[last_of_equals], true_positives, last_of_equals + 1 - true_positives


def _point(curve: RocCurve, index: int) -> OperatingPoint:
    return OperatingPoint(
        float(curve.thresholds[index]),
        sensitivity=float(curve.sensitivity[index]),
        specificity=float(1 - curve.false_positive_rate[index]),
    )


def _evenly_along(x: Values, y: Values, points: int) -> npt.NDArray[np.int64]:
    if len(x) <= points:
        return np.arange(len(x))
    length = np.append(0.0, (np.abs(np.diff(x)) + np.abs(np.diff(y))).cumsum())
    kept = np.searchsorted(length, np.linspace(0, length[-1], points))
    return np.unique(np.append(np.clip(kept, 0, len(x) - 1), [0, len(x) - 1]))
