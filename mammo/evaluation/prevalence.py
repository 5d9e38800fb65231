"""What a positive or a negative answer is worth where the disease is as rare as it is among screened women."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mammo.errors import ParameterError
from mammo.evaluation.evaluation import scored
from mammo.evaluation.intervals import Interval, Values
from mammo.evaluation.operating_points import measured_at
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.resampling import RESAMPLES, resampled_values

SCREENING_PREVALENCE = 0.005  # about 5 cancers among 1000 women screened

_NONE_POSITIVE = "nothing is called positive"
_NONE_NEGATIVE = "nothing is called negative"


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
    point = measured_at(scores, threshold)
    rates = np.array([point.sensitivity.value, point.specificity.value], dtype=np.float64)
    if np.isin(rates, [0, 1]).any():
        limits = np.array([[rate.low, rate.high] for rate in (point.sensitivity, point.specificity)], dtype=np.float64)
        return PrevalenceValues(
            prevalence,
            ppv=_between(
                ppv_at(rates[0], rates[1], prevalence), ppv_at(limits[0], limits[1], prevalence), _NONE_POSITIVE
            ),
            npv=_between(
                npv_at(rates[0], rates[1], prevalence), npv_at(limits[0], limits[1], prevalence), _NONE_NEGATIVE
            ),
        )
    drawn = resampled_values(
        scores.patients, lambda weights: _rates(scores, threshold, weights), seed=seed, resamples=resamples
    ).T
    women = scores.patient_count
    return PrevalenceValues(
        prevalence,
        ppv=scored(
            float(ppv_at(rates[0], rates[1], prevalence)),
            ppv_at(drawn[0], drawn[1], prevalence),
            _NONE_POSITIVE,
            women=women,
        ),
        npv=scored(
            float(npv_at(rates[0], rates[1], prevalence)),
            npv_at(drawn[0], drawn[1], prevalence),
            _NONE_NEGATIVE,
            women=women,
        ),
    )


def _rates(scores: BinaryScores, threshold: float, weights: Values) -> Values:
    """Sensitivity and specificity of each weighting, shape (R, 2); NaN without a positive or a negative."""
    is_called, is_positive = scores.score >= threshold, scores.is_positive
    cells = np.stack([is_called & is_positive, is_positive, ~is_called & ~is_positive, ~is_positive], axis=1)
    counts = weights @ cells.astype(np.float64)
    rates: Values = np.full((len(weights), 2), np.nan)
    np.divide(counts[:, ::2], counts[:, 1::2], out=rates, where=counts[:, 1::2] > 0)
    return rates


def _between(value: Values, limits: Values, undefined: str) -> Interval:
    if np.isnan(value):
        return Interval(None, reason=undefined)
    if np.isnan(limits).any():
        return Interval(float(value), reason="all images are of one woman")
    return Interval(float(value), low=float(limits.min()), high=float(limits.max()))


def _share(part: Values, rest: Values) -> Values:
    whole = np.asarray(part + rest)
    share: Values = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share
