"""Temperature scaling: one number, fitted on validation images, that takes over- or underconfidence out of a model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mammo.errors import ParameterError
from mammo.evaluation.calibration import LEAST_PROBABILITY
from mammo.evaluation.intervals import Values
from mammo.evaluation.predictions import Predictions

_LEAST, _GREATEST = 0.02, 50.0  # temperatures: beyond them probabilities are 0 and 1, or all alike


@dataclass(frozen=True)
class Temperature:
    """Above 1 the model was too sure of itself, below 1 not sure enough."""

    value: float
    part: str  # on which it was fitted
    at_limit: bool = False  # validation images that are all right, or no better than chance, have no best temperature

    def __str__(self) -> str:
        if self.at_limit:
            return f"No temperature fits {self.part} best; the nearest tried is {self.value:g}."
        tendency = "too sure" if self.value > 1 else "not sure enough"
        return f"Temperature {self.value:.2f}, fitted on {self.part}: the model was {tendency} of its answers."


def fitted_temperature(predictions: Predictions, *, part: str) -> Temperature:
    """The temperature T that makes the log loss of softmax(logits / T) least.

    Logits are known up to a constant from the stored probabilities: softmax(log p / T) is softmax(logits / T). The log
    loss is convex in b = 1 / T, and its slope there is mean of (sum over k of q_k log p_k - log p_truth), where q is
    softmax(b log p).

    Args:
        predictions: Answers to the images of ``part``, which must not be the ones to report on.
        part: Its name.

    Source:
        Guo et al. 2017, On calibration of modern neural networks.
    """
    from scipy.optimize import brentq  # here only: 15 MB that pages needn't hold

    log_p = _log(predictions.probabilities)
    log_p_truth = log_p[np.arange(predictions.n), predictions.truth]

    def slope(inverse: float) -> float:
        return float(((_softmax(inverse * log_p) * log_p).sum(axis=1) - log_p_truth).mean())

    if slope(1 / _GREATEST) >= 0:
        return Temperature(_GREATEST, part, at_limit=True)
    if slope(1 / _LEAST) <= 0:
        return Temperature(_LEAST, part, at_limit=True)
    return Temperature(1 / brentq(slope, 1 / _GREATEST, 1 / _LEAST, xtol=1e-12, rtol=1e-12), part)


def scaled(predictions: Predictions, temperature: Temperature, *, part: str) -> Predictions:
    """The same answers with scaled probabilities; no image changes its predicted class, nor do classes their order.

    Raises:
        ParameterError: If ``part`` is the one on which the temperature was fitted.
    """
    if part == temperature.part:
        raise ParameterError(f"The temperature was fitted on {part}, where it fits too well; apply it to another part.")
    return replace(predictions, probabilities=_softmax(_log(predictions.probabilities) / temperature.value))


def _log(probabilities: Values) -> Values:
    return np.asarray(np.log(np.maximum(probabilities, LEAST_PROBABILITY)))


def _softmax(logits: Values) -> Values:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
