"""The formulas behind the scores, for R weightings of a set of images at once; NaN where a score is undefined.

In the formulas n_ij counts images of class i predicted as j, t_k and p_k images of true and predicted class k, N all.
"""

from __future__ import annotations

import numpy as np

from mammo.evaluation.intervals import Values
from mammo.evaluation.outcomes import Outcomes


def top1(outcomes: Outcomes) -> Values:
    """Sum of n_kk / N, shape (R,)."""
    return _ratio(_correct(outcomes).sum(axis=1), _n(outcomes))


def mean_ovr_accuracy(outcomes: Outcomes) -> Values:
    """Mean over k of (TP + TN) / N, shape (R,). Counted class by class: that it is linear in top-1 is left to show."""
    errors = _true(outcomes) + _predicted(outcomes) - 2 * _correct(outcomes)
    return 1 - _ratio(errors.mean(axis=1), _n(outcomes))


def quadratic_kappa(outcomes: Outcomes) -> Values:
    """1 - sum of (i - j)^2 n_ij / (sum of (i - j)^2 t_i p_j / N), shape (R,).

    NaN for images of one true class: the formula gives 0 there, whatever is predicted.

    Source:
        Cohen 1968, Weighted kappa; quadratic weights in the order of the class names.
    """
    labels = np.arange(len(outcomes.class_names))
    penalty = (labels[:, None] - labels[None, :]) ** 2
    observed = (outcomes.counts * penalty).sum(axis=(1, 2))
    expected = np.einsum("ri,ij,rj->r", _true(outcomes), penalty, _predicted(outcomes))
    kappa = 1 - _ratio(observed * _n(outcomes), expected)
    return np.where((_true(outcomes) > 0).sum(axis=1) > 1, kappa, np.nan)


def mcc(outcomes: Outcomes) -> Values:
    """(N sum of n_kk - sum of t_k p_k) / sqrt((N^2 - sum of t_k^2) (N^2 - sum of p_k^2)), shape (R,).

    Source:
        Gorodkin 2004, Comparing two K-category assignments by a K-category correlation coefficient.
    """
    true, predicted, n = _true(outcomes), _predicted(outcomes), _n(outcomes)
    covariance = n * _correct(outcomes).sum(axis=1) - (true * predicted).sum(axis=1)
    spread_true = n**2 - (true**2).sum(axis=1)
    spread_predicted = n**2 - (predicted**2).sum(axis=1)
    return _ratio(covariance, np.sqrt(spread_true) * np.sqrt(spread_predicted))


def sensitivities(outcomes: Outcomes) -> Values:
    """TP / (TP + FN) of each class, shape (R, K)."""
    return _ratio(_correct(outcomes), _true(outcomes))


def specificities(outcomes: Outcomes) -> Values:
    """TN / (TN + FP) of each class, shape (R, K)."""
    negatives = _n(outcomes)[:, None] - _true(outcomes)
    false_positives = _predicted(outcomes) - _correct(outcomes)
    return _ratio(negatives - false_positives, negatives)


def ppvs(outcomes: Outcomes) -> Values:
    """TP / (TP + FP) of each class, shape (R, K)."""
    return _ratio(_correct(outcomes), _predicted(outcomes))


def npvs(outcomes: Outcomes) -> Values:
    """TN / (TN + FN) of each class, shape (R, K)."""
    predicted_negatives = _n(outcomes)[:, None] - _predicted(outcomes)
    false_negatives = _true(outcomes) - _correct(outcomes)
    return _ratio(predicted_negatives - false_negatives, predicted_negatives)


def f1s(outcomes: Outcomes) -> Values:
    """2 TP / (2 TP + FP + FN) of each class, shape (R, K); NaN for a class without images, even if it is predicted."""
    true = _true(outcomes)
    return np.where(true > 0, _ratio(2 * _correct(outcomes), true + _predicted(outcomes)), np.nan)


def _ratio(numerator: Values, denominator: Values) -> Values:
    ratio: Values = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=ratio, where=denominator != 0)
    return ratio


def _correct(outcomes: Outcomes) -> Values:
    return np.diagonal(outcomes.counts, axis1=1, axis2=2)


def _true(outcomes: Outcomes) -> Values:
    counts: Values = outcomes.counts.sum(axis=2)
    return counts


def _predicted(outcomes: Outcomes) -> Values:
    counts: Values = outcomes.counts.sum(axis=1)
    return counts


def _n(outcomes: Outcomes) -> Values:
    counts: Values = outcomes.counts.sum(axis=(1, 2))
    return counts
