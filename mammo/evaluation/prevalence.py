"""What a positive or a negative answer is worth where the disease is as rare as it is among screened women."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mammo.errors import ParameterError
from mammo.evaluation.evaluation import scored
from mammo.evaluation.intervals import Interval, Values
from mammo.evaluation.operating_points import measured_at
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.resampling import RESAMPLES, resampled_values

SCREENING_PREVALENCE = 0.005  # about 5 cancers among 1000 women screened

PredictiveValue = Callable[[Values, Values, float], Values]  # of sensitivity, specificity and prevalence


@dataclass(frozen=True)
class PrevalenceValues:
    """Predictive values of one threshold at one prevalence."""

    prevalence: float
    ppv: Interval
    npv: Interval

    def __str__(self) -> str:
        return f"At a prevalence of {100 * self.prevalence:.3g} %: PPV {self.ppv}, NPV {self.npv}."


def ppv_at(sensitivity: Values, specificity: Values, prevalence: float) -> Values:
    """PPV = se p / (se p + (1 - sp) (1 - p)), any shape; NaN where nothing would be called positive.

    Source:
        Bayes' theorem; Altman and Bland 1994, Diagnostic tests 2: predictive values.
    """
    return _share(sensitivity * prevalence, (1 - specificity) * (1 - prevalence))


def npv_at(sensitivity: Values, specificity: Values, prevalence: float) -> Values:
    """NPV = sp (1 - p) / (sp (1 - p) + (1 - se) p), any shape; NaN where nothing would be called negative."""
    return _share(specificity * (1 - prevalence), (1 - sensitivity) * prevalence)


def at_prevalence(
    scores: BinaryScores, threshold: float, prevalence: float, *, seed: int = 0, resamples: int = RESAMPLES
) -> PrevalenceValues:
    """Predictive values of a threshold if ``prevalence`` of the images were positive, all else being alike.

    Each draw of women has a sensitivity and a specificity, and these a PPV and an NPV, whose middle 95 % are the
    interval. Where sensitivity or specificity is 0 or 1 no draw differs; then the limits of the two (``measured_at``)
    are put in, which gives too wide an interval rather than none.

    Args:
        scores: A question answered on N images.
        threshold: Chosen on other images; positive is a score of this or more.
        prevalence: In (0, 1).
        seed: Of the draws.
        resamples: Draws of women.

    Raises:
        ParameterError: If the prevalence is not between 0 and 1.
    """
    if not 0 < prevalence < 1:
        raise ParameterError(f"A prevalence lies between 0 and 1, not at {prevalence}.")
    if (reason := scores.why_one_sided) is not None:
        return PrevalenceValues(prevalence, Interval(None, reason=reason), Interval(None, reason=reason))
    rates, limits = _measured(scores, threshold)
    is_at_an_end = bool(np.isin(rates, [0, 1]).any())
    others = limits if is_at_an_end else _drawn(scores, threshold, seed=seed, resamples=resamples)

    def interval(predictive_value: PredictiveValue, undefined: str) -> Interval:
        value = predictive_value(rates[0], rates[1], prevalence)
        values = predictive_value(others[0], others[1], prevalence)
        if is_at_an_end:
            return _between(float(value), values, undefined)
        return scored(float(value), values, undefined, women=scores.patient_count)

    return PrevalenceValues(
        prevalence,
        ppv=interval(ppv_at, "nothing is called positive"),
        npv=interval(npv_at, "nothing is called negative"),
    )


def _measured(scores: BinaryScores, threshold: float) -> tuple[Values, Values]:
    """Sensitivity and specificity, shape (2,), and the limits of each, shape (2, 2); NaN for limits not known."""
    point = measured_at(scores, threshold)
    both = (point.sensitivity, point.specificity)
    return np.array([one.value for one in both], np.float64), np.array(
        [(one.low, one.high) for one in both], np.float64
    )


def _drawn(scores: BinaryScores, threshold: float, *, seed: int, resamples: int) -> Values:
    """Sensitivity and specificity of each draw of women, shape (2, R)."""

    def rates(weights: Values) -> Values:
        return _rates(scores, threshold, weights)

    return resampled_values(scores.patients, rates, seed=seed, resamples=resamples).T


def _rates(scores: BinaryScores, threshold: float, weights: Values) -> Values:
    """Sensitivity and specificity of each weighting, shape (R, 2); NaN without a positive or a negative."""
    is_called, is_positive = scores.score >= threshold, scores.is_positive
    cells = np.stack([is_called & is_positive, is_positive, ~is_called & ~is_positive, ~is_positive], axis=1)
    counts = weights @ cells.astype(np.float64)
    rates: Values = np.full((len(weights), 2), np.nan)
    np.divide(counts[:, ::2], counts[:, 1::2], out=rates, where=counts[:, 1::2] > 0)
    return rates


def _between(value: float, limits: Values, undefined: str) -> Interval:
    if np.isnan(value):
        return Interval(None, reason=undefined)
    if np.isnan(limits).any():
        return Interval(value, reason="all images are of one woman")
    return Interval(value, low=float(limits.min()), high=float(limits.max()))


def _share(part: Values, rest: Values) -> Values:
    whole = np.asarray(part + rest)
    share: Values = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share
