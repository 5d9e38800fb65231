"""ROC and precision-recall curves of other women that might have been asked: bands around the curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mammo.evaluation.curves import precision_recall, roc
from mammo.evaluation.evaluation import scored
from mammo.evaluation.intervals import Interval, Values, percentile_limits
from mammo.evaluation.outcomes import weighted_auc
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.resampling import RESAMPLES, resampled_values

GRID: Values = np.linspace(0, 1, 101)
_ROUNDING = 1e-12  # a recall of 1 - 1e-16 is 1


@dataclass(frozen=True, eq=False)
class Band:
    """Where the middle 95 % of resampled curves run, place by place; each place for itself, not the whole curve."""

    x: Values  # false positive rate, or recall; shape (P,), rising
    y: Values  # sensitivity, or precision, of the curve itself; shape (P,)
    low: Values  # shape (P,)
    high: Values  # shape (P,)
    area: Interval  # AUC, or average precision


def roc_band(scores: BinaryScores, x: Values = GRID, *, seed: int = 0, resamples: int = RESAMPLES) -> Band | None:
    """Sensitivity at false positive rates ``x``, with a band by drawing women; None where there is no curve.

    At 1 - x = 0.9, 0.8 ... it is the sensitivity at fixed specificity, read off the curve itself.

    Args:
        scores: A question answered on N images.
        x: False positive rates in [0, 1], shape (P,). Between two points of a curve it runs straight.
        seed: Of the draws.
        resamples: Draws of women.

    Source:
        Fawcett 2006, An introduction to ROC analysis: vertical averaging.
    """
    curve = roc(scores)
    if curve is None:
        return None
    places = _Places.of(scores)

    def drawn(weights: Values) -> Values:
        positives, negatives = places.counted(scores, weights)
        rows = [
            np.interp(x, _from_zero(negative / negative[-1]), _from_zero(positive / positive[-1]))
            if positive[-1] and negative[-1]
            else np.full(len(x), np.nan)
            for positive, negative in zip(positives, negatives, strict=True)
        ]
        areas = weighted_auc(scores.score, scores.is_positive, weights)
        return np.column_stack([areas, rows])

    y = np.interp(x, curve.false_positive_rate, curve.sensitivity)
    auc = float(weighted_auc(scores.score, scores.is_positive, np.ones((1, scores.n)))[0])
    return _band(x, y, auc, scores, resampled_values(scores.patients, drawn, seed=seed, resamples=resamples))


def precision_recall_band(
    scores: BinaryScores, x: Values = GRID, *, seed: int = 0, resamples: int = RESAMPLES
) -> Band | None:
    """Precision where the curve first reaches the recalls ``x``, with a band; None where there is no curve.

    The area is the average precision: sum over thresholds of (rise in recall) * precision.

    Args:
        scores: A question answered on N images.
        x: Recalls in [0, 1], shape (P,).
        seed: Of the draws.
        resamples: Draws of women.
    """
    curve = precision_recall(scores)
    if curve is None:
        return None
    places = _Places.of(scores)

    def drawn(weights: Values) -> Values:
        pairs = zip(*places.counted(scores, weights), strict=True)
        return np.array([_precision_row(x, positive, negative) for positive, negative in pairs])

    y = curve.precision[_first_reaching(curve.recall, x)]
    resampled = resampled_values(scores.patients, drawn, seed=seed, resamples=resamples)
    return _band(x, y, curve.average_precision, scores, resampled)


@dataclass(frozen=True, eq=False)
class _Places:
    """Images in the order of falling score, and where in it each different score ends."""

    order: np.ndarray  # shape (N,)
    ends: np.ndarray  # shape (T,)

    @classmethod
    def of(cls, scores: BinaryScores) -> _Places:
        order = np.argsort(-scores.score, kind="stable")
        return cls(order, np.flatnonzero(np.append(np.diff(scores.score[order]) != 0, [True])))

    def counted(self, scores: BinaryScores, weights: Values) -> tuple[Values, Values]:
        """Positives and negatives from each threshold upwards, shape (R, T) each."""
        sorted_weights, is_positive = weights[:, self.order], scores.is_positive[self.order]
        positives = (sorted_weights * is_positive).cumsum(axis=1)[:, self.ends]
        return positives, sorted_weights.cumsum(axis=1)[:, self.ends] - positives


def _precision_row(x: Values, positives: Values, negatives: Values) -> Values:
    """Average precision, then the precision at each recall; NaN without a positive or a negative."""
    if not positives[-1] or not negatives[-1]:
        return np.full(1 + len(x), np.nan)
    called = positives + negatives
    precision = np.divide(positives, called, out=np.ones(len(called)), where=called > 0)
    recall = positives / positives[-1]
    area = np.diff(recall, prepend=0) @ precision
    return np.append(area, precision[_first_reaching(recall, x)])


def _first_reaching(recall: Values, x: Values) -> np.ndarray:
    """Places of the first thresholds with more than no positive and a recall of ``x`` or more."""
    return np.searchsorted(recall, np.maximum(x - _ROUNDING, np.nextafter(0, 1)), side="left")


def _band(x: Values, y: Values, area: float, scores: BinaryScores, resampled: Values) -> Band:
    """The band of resampled rows of area and places, shape (R, 1 + P)."""
    interval = scored(area, resampled[:, 0], "", women=scores.patient_count)
    low, high = percentile_limits(resampled[:, 1:]) if scores.patient_count > 1 else np.full((2, len(x)), np.nan)
    return Band(x, y, low, high, interval)


def _from_zero(values: Values) -> Values:
    return np.append(0.0, values)
