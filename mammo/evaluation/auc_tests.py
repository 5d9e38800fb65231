"""AUCs with their covariance in closed form: for independent images, and for images that come in women."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from mammo.evaluation.intervals import LEVEL, Interval, Values
from mammo.evaluation.predictions import Patients

_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True, eq=False)
class AucEstimates:
    """AUCs of M models on the same images, and how they would vary together with other images."""

    aucs: Values  # shape (M,)
    covariance: Values  # shape (M, M)

    def interval(self, model: int) -> Interval:
        """95 % interval, normal on the scale of logits, so that it stays within 0 and 1."""
        auc, spread = float(self.aucs[model]), math.sqrt(max(0.0, float(self.covariance[model, model])))
        if not 0 < auc < 1:
            return Interval(auc, reason="every pair is ordered alike, so that its spread is not known")
        center, half = math.log(auc / (1 - auc)), _Z * spread / (auc * (1 - auc))
        low, high = (1 / (1 + math.exp(-limit)) for limit in (center - half, center + half))
        return Interval(auc, low, high)

    def difference(self, first: int, second: int) -> AucDifference:
        """AUC of ``second`` less that of ``first``."""
        contrast = np.zeros(len(self.aucs))
        contrast[second] += 1
        contrast[first] -= 1
        value = float(contrast @ self.aucs)
        spread = math.sqrt(max(0.0, float(contrast @ self.covariance @ contrast)))
        if spread < 1e-12:  # nothing but rounding
            if abs(value) < 1e-12:
                return AucDifference(Interval(0.0, low=0.0, high=0.0), p=1.0)
            return AucDifference(Interval(value, reason="its spread is not known"), p=None)
        interval = Interval(value, value - _Z * spread, value + _Z * spread)
        return AucDifference(interval, p=math.erfc(abs(value) / spread / math.sqrt(2)))


@dataclass(frozen=True)
class AucDifference:
    """How much greater one AUC is than another, with the two-sided p of a z test."""

    difference: Interval
    p: float | None


def delong(is_positive: npt.NDArray[np.bool_], scores: Values) -> AucEstimates | None:
    """AUCs of images that are independent: one for each woman, or one for each breast if breasts are.

    Args:
        is_positive: Shape (N,).
        scores: Of each model, shape (M, N); higher speaks for positive.

    Returns:
        None with fewer than two positives or two negatives, which have no spread.

    Source:
        DeLong, DeLong and Clarke-Pearson 1988, Comparing the areas under two or more correlated ROC curves.
    """
    return clustered_delong(is_positive, scores, np.arange(len(is_positive)).astype(str))


def clustered_delong(is_positive: npt.NDArray[np.bool_], scores: Values, patients: Patients) -> AucEstimates | None:
    """AUCs of images of which several are of one woman; with one image a woman it is DeLong's.

    For m positives, n negatives and W women, of whom W10 have a positive and W01 a negative, with V10 the share of
    negatives that a positive beats, V01 the share of positives that beat a negative, and D10, D01 a woman's sums of
    V10 - AUC and V01 - AUC: the covariance is S10 / m + S01 / n + (S11 + S11') / (m n), where
    S10 = W10 / ((W10 - 1) m) sum of D10 D10', S01 likewise, and S11 = W / (W - 1) sum of D10 D01'.

    Args:
        is_positive: Shape (N,).
        scores: Of each model, shape (M, N).
        patients: Shape (N,).

    Returns:
        None with positives or negatives of fewer than two women.

    Source:
        Obuchowski 1997, Nonparametric analysis of clustered ROC curve data.
    """
    women, position = np.unique(patients, return_inverse=True)
    of_positives, of_negatives = position[is_positive], position[~is_positive]
    with_positive, with_negative = len(np.unique(of_positives)), len(np.unique(of_negatives))
    if min(with_positive, with_negative) < 2:
        return None
    beaten, beating = _placements(is_positive, scores)
    aucs = beaten.mean(axis=1)
    m, n = beaten.shape[1], beating.shape[1]
    d10 = _sums_by_woman(beaten - aucs[:, None], of_positives, len(women))
    d01 = _sums_by_woman(beating - aucs[:, None], of_negatives, len(women))
    s10 = with_positive / ((with_positive - 1) * m) * (d10 @ d10.T)
    s01 = with_negative / ((with_negative - 1) * n) * (d01 @ d01.T)
    s11 = len(women) / (len(women) - 1) * (d10 @ d01.T)
    return AucEstimates(aucs, s10 / m + s01 / n + (s11 + s11.T) / (m * n))


def _placements(is_positive: npt.NDArray[np.bool_], scores: Values) -> tuple[Values, Values]:
    """Share of negatives that each positive beats (M, m), and of positives that beat each negative (M, n)."""
    pairs = [(of_model[is_positive], of_model[~is_positive]) for of_model in scores]
    beaten = np.array([_shares_below(positives, negatives) for positives, negatives in pairs])
    beating = np.array([1 - _shares_below(negatives, positives) for positives, negatives in pairs])
    return beaten, beating


def _shares_below(values: Values, others: Values) -> Values:
    """Share of ``others`` that each value is greater than; of equal ones half counts."""
    ordered = np.sort(others)
    twice = np.searchsorted(ordered, values, side="left") + np.searchsorted(ordered, values, side="right")
    return np.asarray(twice / (2 * len(others)))


def _sums_by_woman(values: Values, position: npt.NDArray[np.int64], women: int) -> Values:
    return np.array([np.bincount(position, of_model, minlength=women) for of_model in values])
