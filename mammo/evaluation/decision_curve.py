"""Is a model worth acting on? Net benefit against calling everyone back and against calling no one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mammo.errors import ParameterError
from mammo.evaluation.intervals import Values, percentile_limits
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.resampling import RESAMPLES, resampled_values

THRESHOLDS: Values = np.arange(0.005, 0.3025, 0.005)


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """Net benefit at threshold probabilities: true positives an image, less false positives at their exchange rate."""

    thresholds: Values  # shape (P,), in (0, 1): at which chance of disease one would act
    net_benefit: Values  # of the model, shape (P,)
    low: Values  # shape (P,); NaN where all images are of one woman
    high: Values  # shape (P,)
    treat_all: Values  # shape (P,); treating no one has 0
    prevalence: float

    @property
    def useful(self) -> Values:
        """Thresholds at which the model's whole interval is above both treating all and treating no one."""
        return self.thresholds[self.low > np.maximum(self.treat_all, 0)]


def decision_curve(
    scores: BinaryScores,
    thresholds: Values = THRESHOLDS,
    *,
    prevalence: float | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> DecisionCurve | None:
    """The net benefit of acting on a score of t or more: se p - (1 - sp) (1 - p) t / (1 - t).

    At the images' own prevalence p that is TP / N - FP / N * t / (1 - t). The scores are taken for
    probabilities: calibrate them first. None without a positive or without a negative.

    Args:
        scores: A question answered on N images.
        thresholds: In (0, 1), shape (P,).
        prevalence: To reckon with, in (0, 1), since collections hold more disease than screening does; without it that
            of the images.
        seed: Of the draws of women, for the interval at each threshold for itself.
        resamples: Draws of women.

    Raises:
        ParameterError: If a threshold or the prevalence is not between 0 and 1.

    Source:
        Vickers and Elkin 2006, Decision curve analysis.
    """
    given = np.append(thresholds, [] if prevalence is None else [prevalence])
    if not ((given > 0) & (given < 1)).all():
        raise ParameterError("Threshold probabilities and a prevalence lie between 0 and 1.")
    if scores.why_one_sided is not None:
        return None

    def benefit(weights: Values) -> Values:
        return _net_benefit(scores, thresholds, prevalence, weights)

    low, high = np.full((2, len(thresholds)), np.nan)
    if scores.patient_count > 1:
        low, high = percentile_limits(resampled_values(scores.patients, benefit, seed=seed, resamples=resamples))
    share = float(scores.is_positive.mean()) if prevalence is None else prevalence
    treat_all = share - (1 - share) * thresholds / (1 - thresholds)
    return DecisionCurve(thresholds, benefit(np.ones((1, scores.n)))[0], low, high, treat_all, prevalence=share)


def _net_benefit(scores: BinaryScores, thresholds: Values, prevalence: float | None, weights: Values) -> Values:
    """Net benefit of each weighting, shape (R, P); NaN where a prevalence is given but a side has no weight."""
    is_called = scores.score[:, None] >= thresholds
    is_positive = scores.is_positive
    found = weights[:, is_positive] @ is_called[is_positive].astype(np.float64)
    false = weights[:, ~is_positive] @ is_called[~is_positive].astype(np.float64)
    positives = weights[:, is_positive].sum(axis=1, keepdims=True)
    negatives = weights[:, ~is_positive].sum(axis=1, keepdims=True)
    odds = thresholds / (1 - thresholds)
    if prevalence is None:
        return np.asarray((found - false * odds) / (positives + negatives))
    with np.errstate(invalid="ignore"):
        return np.asarray(found / positives * prevalence - false / negatives * (1 - prevalence) * odds)
