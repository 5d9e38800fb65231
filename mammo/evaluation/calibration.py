"""Do probabilities keep their word? Of the images given 0.8, are 8 in 10 what the model says?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError
from mammo.evaluation.evaluation import scored
from mammo.evaluation.intervals import LEVEL, Interval, Values
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.resampling import RESAMPLES, resampled_values
from mammo.evaluation.shares import clustered_share

Binning = Literal["equal_mass", "equal_width"]
BINS = 10
LEAST_PROBABILITY = 1e-12  # stands for 0 under a logarithm, lest one wrong answer weigh infinitely
_SIMULATIONS = 1000


@dataclass(frozen=True)
class ReliabilityBin:
    """Images of like probability, and how many of them are what the model says."""

    low: float  # smallest probability in the bin
    high: float  # greatest
    n: int  # images
    women: int
    mean_probability: float
    share: Interval  # of positives, clustered by woman


@dataclass(frozen=True)
class Calibration:
    """How far probabilities are from shares."""

    n: int
    women: int
    bins: tuple[ReliabilityBin, ...]  # rising; none is empty
    ece: float | None  # None without images
    ece_by_chance: float | None  # the ECE that 19 in 20 perfectly calibrated models stay below, on as many images
    brier: Interval
    log_loss: Interval

    def __str__(self) -> str:
        if self.ece is None or self.ece_by_chance is None:
            return "Calibration n/a: there is no image."
        verdict = (
            "more than chance would leave of perfect calibration"
            if self.ece > self.ece_by_chance
            else "no more than chance would leave of perfect calibration"
        )
        return f"Probabilities are off by {self.ece:.3f} on average, {verdict} ({self.ece_by_chance:.3f})."


def top_answers(predictions: Predictions) -> BinaryScores:
    """Is the answer right? Each image's predicted class as a question, with its probability as the score."""
    images = np.arange(predictions.n)
    is_right = predictions.predicted == predictions.truth
    return BinaryScores(is_right, predictions.probabilities[images, predictions.predicted], predictions.patients)


def calibration(
    scores: BinaryScores,
    *,
    binning: Binning = "equal_mass",
    bins: int = BINS,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Calibration:
    """Reliability diagram and scores of calibration.

    ECE = sum over bins of n_b / N * |share_b - mean probability_b|; Brier score = mean of (p - y)^2; log loss = mean of
    -log(probability of what is true). The ECE of few images is above 0 even for perfect probabilities, so it stands
    beside what chance gives, simulated with independent images, and not beside an interval, which would hold that bias.
    Where images of one woman resemble each other, chance gives somewhat more.

    Args:
        scores: A question, or ``top_answers``; equal probabilities are never parted.
        binning: Bins of as many images each, or bins of one width from 0 to 1.
        bins: At most how many; 1 or more.
        seed: Of the draws and simulations.
        resamples: Draws of women, for the intervals of Brier score and log loss.

    Raises:
        ParameterError: If ``bins`` is below 1.

    Source:
        Naeini et al. 2015, Obtaining well calibrated probabilities using Bayesian binning (ECE); Broecker and Smith
        2007, Increasing the reliability of reliability diagrams (what chance gives).
    """
    if bins < 1:
        raise ParameterError(f"A reliability diagram needs 1 bin or more, not {bins}.")
    if not scores.n:
        nothing = Interval(None, reason="there is no image")
        return Calibration(0, 0, (), None, None, nothing, nothing)
    bin_of = _bin_of(scores.score, binning, bins)
    return Calibration(
        n=scores.n,
        women=scores.patient_count,
        bins=tuple(_bin(scores, bin_of == place) for place in range(bin_of.max() + 1)),
        ece=float(_eces(scores.score, scores.is_positive[None, :], bin_of)[0]),
        ece_by_chance=_ece_by_chance(scores.score, bin_of, seed),
        brier=_mean(brier_terms(scores), scores, seed, resamples),
        log_loss=_mean(log_loss_terms(scores), scores, seed, resamples),
    )


def brier_terms(scores: BinaryScores) -> Values:
    """(p - y)^2 of each image, shape (N,)."""
    terms: Values = (scores.score - scores.is_positive) ** 2
    return terms


def log_loss_terms(scores: BinaryScores) -> Values:
    """-log(probability of what is true) of each image, shape (N,)."""
    of_truth = np.where(scores.is_positive, scores.score, 1 - scores.score)
    return np.asarray(-np.log(np.maximum(of_truth, LEAST_PROBABILITY)))


def _bin_of(probability: Values, binning: Binning, bins: int) -> npt.NDArray[np.int64]:
    """The place of each image's bin, shape (N,), from 0 without gaps."""
    if binning == "equal_width":
        edges = np.linspace(0, 1, bins + 1)[1:-1]
    else:
        edges = np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1], method="inverted_cdf")
    places = np.searchsorted(edges, probability, side="left")
    return np.asarray(np.unique(places, return_inverse=True)[1], dtype=np.int64)


def _bin(scores: BinaryScores, is_inside: npt.NDArray[np.bool_]) -> ReliabilityBin:
    inside = scores.score[is_inside]
    return ReliabilityBin(
        low=float(inside.min()),
        high=float(inside.max()),
        n=len(inside),
        women=len(np.unique(scores.patients[is_inside])),
        mean_probability=float(inside.mean()),
        share=clustered_share(scores.is_positive[is_inside], scores.patients[is_inside]),
    )


def _eces(probability: Values, is_positive: npt.NDArray[np.bool_], bin_of: npt.NDArray[np.int64]) -> Values:
    """ECE of each row of truths, shape (S, N) -> (S,)."""
    excess = (is_positive - probability) @ np.eye(bin_of.max() + 1)[bin_of]
    return np.asarray(np.abs(excess).sum(axis=1) / len(probability))


def _ece_by_chance(probability: Values, bin_of: npt.NDArray[np.int64], seed: int) -> float:
    generator = np.random.default_rng(seed)
    truths = (generator.random((1, len(probability))) < probability for _ in range(_SIMULATIONS))
    return float(np.quantile([_eces(probability, truth, bin_of)[0] for truth in truths], LEVEL))


def _mean(terms: Values, scores: BinaryScores, seed: int, resamples: int) -> Interval:
    def drawn(weights: Values) -> Values:
        return np.asarray(weights @ terms / weights.sum(axis=1))

    means = resampled_values(scores.patients, drawn, seed=seed, resamples=resamples)
    return scored(float(terms.mean()), means, "", women=scores.patient_count)
