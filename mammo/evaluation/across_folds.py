"""What a cross-validation teaches about its own answers: each fold is corrected by the women of the other folds.

Its validation images teach nothing further: those of all folds are the same few women, judged again and again by other
networks, and each of them is a test woman of another fold. Test answers come from each woman once, by the one network
that never saw her. What they teach is measured on women that had no part in it: the fold's own are left out.

Source:
    Vovk 2015, Cross-conformal predictors; Barber et al. 2021, Predictive inference with the jackknife+, for what such
    crossing keeps: the networks of the other folds have learnt from the women judged, so it is about right, not exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError
from mammo.evaluation.operating_points import ChosenThreshold, ThresholdRule, chosen_threshold
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.questions import BinaryScores, binary_scores
from mammo.evaluation.temperature import Temperature, fitted_temperature, scaled

ALL_FOLDS = "the women of all folds"

Folds = npt.NDArray[np.int64]  # the fold of each image, shape (N,)


@dataclass(frozen=True, eq=False)
class ScaledFolds:
    """Answers scaled by temperatures that other women taught."""

    overall: Temperature  # of all women, for a picture of a new one
    by_fold: tuple[Temperature, ...]  # each of the women of the other folds
    answers: Predictions  # in the order in which they were given


@dataclass(frozen=True, eq=False)
class FoldThresholds:
    """Thresholds that other women chose."""

    overall: ChosenThreshold  # of all women, for a picture of a new one
    by_fold: tuple[ChosenThreshold, ...]  # each of the women of the other folds
    margins: BinaryScores  # how far each score lies above its fold's threshold: 0 or more is called positive


def scaled_across_folds(predictions: Predictions, folds: Folds) -> ScaledFolds:
    """Each fold's answers scaled by the temperature that fits the other folds' women best.

    Args:
        predictions: Answers to the test images of all folds.
        folds: The fold of each image.

    Raises:
        ParameterError: If there are not two folds or more of different women.
    """
    temperatures, probabilities = [], np.empty_like(predictions.probabilities)
    for is_own, others in _by_the_others(predictions, folds):
        temperature = fitted_temperature(others, part="the other folds")
        probabilities[is_own] = scaled(_those(predictions, is_own), temperature, part="this fold").probabilities
        temperatures.append(temperature)
    overall = fitted_temperature(predictions, part=ALL_FOLDS)
    return ScaledFolds(overall, tuple(temperatures), replace(predictions, probabilities=probabilities))


def thresholds_across_folds(
    predictions: Predictions, folds: Folds, question: str, rule: ThresholdRule
) -> FoldThresholds | None:
    """Each fold judged by the threshold chosen on the other folds' women; None where one of them allows no threshold.

    Args:
        predictions: Answers to the test images of all folds.
        folds: The fold of each image.
        question: Name of the question asked.
        rule: What each threshold must reach on the women on whom it is chosen.

    Raises:
        ParameterError: If there are not two folds or more of different women.
        UnknownNameError: If these classes have no such question.
    """
    overall = chosen_threshold(binary_scores(predictions, question), rule, part=ALL_FOLDS)
    chosen, margins = [], []
    for is_own, others in _by_the_others(predictions, folds):
        threshold = chosen_threshold(binary_scores(others, question), rule, part="the other folds")
        if threshold is None or math.isinf(threshold.threshold):
            return None
        scores = binary_scores(_those(predictions, is_own), question)
        margins.append(replace(scores, score=scores.score - threshold.threshold))
        chosen.append(threshold)
    if overall is None or math.isinf(overall.threshold):
        return None
    together = BinaryScores(
        np.concatenate([one.is_positive for one in margins]),
        np.concatenate([one.score for one in margins]),
        np.concatenate([one.patients for one in margins]),
    )
    return FoldThresholds(overall, tuple(chosen), together)


def _by_the_others(predictions: Predictions, folds: Folds) -> Iterator[tuple[npt.NDArray[np.bool_], Predictions]]:
    """Of each fold which images are its own, and the answers to all images of women who have none in it."""
    for fold in np.unique(folds):
        is_own = folds == fold
        is_other = ~np.isin(predictions.patients, predictions.patients[is_own])
        if not is_other.any():
            raise ParameterError("Only folds of different women can teach each other; here one fold holds every woman.")
        yield is_own, _those(predictions, is_other)


def _those(predictions: Predictions, chosen: npt.NDArray[np.bool_]) -> Predictions:
    return replace(
        predictions,
        truth=predictions.truth[chosen],
        predicted=predictions.predicted[chosen],
        probabilities=predictions.probabilities[chosen],
        patients=predictions.patients[chosen],
    )
