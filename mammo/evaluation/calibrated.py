"""One image's probabilities as validation corrects them, and how surely it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mammo.evaluation.calibration import LEAST_PROBABILITY
from mammo.evaluation.intervals import LEVEL, Interval, Values
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.resampling import RESAMPLES, resampled_values
from mammo.evaluation.temperature import fitted_temperature

SCREENING_SHARE = 0.007  # of screened women who have a cancer: about 7 in 1000
_INVERSES = np.geomspace(1 / 20, 4, 241)  # of the temperatures tried for each draw of women
_QUANTILES = 201  # of the draws' temperatures that are kept; the ends of a 95 % interval need no more


@dataclass(frozen=True)
class Calibrator:
    """A temperature, those that other women would have given, and what validation held."""

    temperature: float
    others: tuple[float, ...]  # rising; quantiles of the temperatures of resampled women; empty: one woman only
    class_shares: tuple[float, ...]  # of validation images

    def shares(self, probabilities: Mapping[str, float]) -> dict[str, Interval]:
        """Calibrated probabilities with their 95 % intervals."""
        log_p = np.log(np.maximum(list(probabilities.values()), LEAST_PROBABILITY))
        values = _softmax(log_p / self.temperature)
        if not self.others:
            return {
                name: Interval(float(value), reason="there is one woman only")
                for name, value in zip(probabilities, values, strict=True)
            }
        drawn = _softmax(log_p / np.array(self.others)[:, None])
        low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
        low, high = np.minimum(low, values), np.maximum(high, values)
        rows = zip(probabilities, values, low, high, strict=True)
        return {name: Interval(float(value), float(least), float(most)) for name, value, least, most in rows}

    def at_screening(self, value: float, label: int) -> float | None:
        """What a calibrated probability of a class becomes where that class is as rare as cancer among screened women.

        Args:
            value: In [0, 1], among images of which ``class_shares`` are of each class.
            label: Index of the class.

        Returns:
            None where validation held none or nothing but that class.

        Source:
            Bayes' theorem: the odds are multiplied by the ratio of the prior odds; Saerens et al. 2002, Adjusting the
            outputs of a classifier to new a priori probabilities.
        """
        share = self.class_shares[label]
        if not 0 < share < 1:
            return None
        factor = SCREENING_SHARE / (1 - SCREENING_SHARE) * (1 - share) / share
        return value * factor / (value * factor + 1 - value)


def fitted_calibrator(validation: Predictions, *, seed: int = 0, resamples: int = RESAMPLES) -> Calibrator:
    """The temperature of validation, with those of draws of its women.

    Validation images that are all right would be given ever lower temperatures; then the probabilities stay as they
    are, for so few images prove no certainty.

    Args:
        validation: Answers to the validation images.
        seed: Of the draws.
        resamples: Draws of women.
    """
    found = fitted_temperature(validation, part="validation")
    classes = len(validation.class_names)
    shares = np.bincount(validation.truth, minlength=classes) / validation.n
    others: tuple[float, ...] = ()
    if validation.patient_count > 1:
        drawn = _drawn_temperatures(validation, seed=seed, resamples=resamples)
        others = tuple(round(float(one), 5) for one in np.quantile(drawn, np.linspace(0, 1, _QUANTILES)))
    is_too_good = found.at_limit and found.value < 1
    return Calibrator(1.0 if is_too_good else found.value, others, tuple(map(float, shares)))


def _drawn_temperatures(validation: Predictions, *, seed: int, resamples: int) -> Values:
    """The best temperature of each draw of women, shape (R,).

    The log loss is convex in 1 / T: its slope, a mean over images, is computed once for each of the inverses tried;
    a draw weighs the images, and its slope changes sign at its best one.
    """
    log_p = np.log(np.maximum(validation.probabilities, LEAST_PROBABILITY))
    log_p_truth = log_p[np.arange(validation.n), validation.truth]
    slopes = np.stack([(_softmax(inverse * log_p) * log_p).sum(axis=1) - log_p_truth for inverse in _INVERSES], axis=1)

    def temperatures(weights: Values) -> Values:
        of_draw = np.maximum.accumulate(weights @ slopes, axis=1)  # it rises but for rounding
        return np.array([1 / np.exp(np.interp(0, one, np.log(_INVERSES))) for one in of_draw])

    return resampled_values(validation.patients, temperatures, seed=seed, resamples=resamples)


def _softmax(logits: Values) -> Values:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
