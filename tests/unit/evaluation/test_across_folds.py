"""Cross-validated answers are corrected by women of the other folds, and by each of them once."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from mammo.errors import ParameterError
from mammo.evaluation.across_folds import scaled_across_folds, thresholds_across_folds
from mammo.evaluation.operating_points import ThresholdRule, chosen_threshold, measured_at
from mammo.evaluation.questions import binary_scores

RULE = ThresholdRule("sensitivity", 0.9)


def folds_of(predictions, folds=3):
    return predictions.patients.astype(int) % folds


def best_temperature(predictions, among):
    """By minimizing the log loss itself."""
    log_p = np.log(predictions.probabilities[among])
    truth = predictions.truth[among]

    def loss(temperature):
        scaled = log_p / temperature
        return np.mean(np.logaddexp.reduce(scaled, axis=1) - scaled[np.arange(len(truth)), truth])

    return minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-10}).x


def test_each_fold_is_scaled_by_the_temperature_that_fits_the_other_folds_best(simulated_predictions):
    (predictions,) = simulated_predictions(90, seed=1, skill=2.0)
    folds = folds_of(predictions)
    found = scaled_across_folds(predictions, folds)
    for fold, temperature in enumerate(found.by_fold):
        assert temperature.value == pytest.approx(best_temperature(predictions, folds != fold), rel=1e-5)
        powers = predictions.probabilities[folds == fold] ** (1 / temperature.value)
        expected = powers / powers.sum(axis=1, keepdims=True)
        assert found.answers.probabilities[folds == fold] == pytest.approx(expected)
    assert found.overall.value == pytest.approx(best_temperature(predictions, folds >= 0), rel=1e-5)


def test_each_fold_is_judged_by_the_threshold_that_the_other_folds_choose(simulated_predictions):
    (predictions,) = simulated_predictions(60, seed=2)
    folds, scores = folds_of(predictions), binary_scores(predictions, "malignant")
    found = thresholds_across_folds(predictions, folds, "malignant", RULE)
    called = np.zeros(scores.n, bool)
    for fold, chosen in enumerate(found.by_fold):
        others = scores.score[(folds != fold) & scores.is_positive]
        reaching = [one for one in np.unique(scores.score[folds != fold]) if (others >= one).mean() >= 0.9]
        assert chosen.threshold == max(reaching)
        called[folds == fold] = scores.score[folds == fold] >= chosen.threshold
    point = measured_at(found.margins, 0.0)
    assert point.true_positives == int((called & scores.is_positive).sum())
    assert point.false_positives == int((called & ~scores.is_positive).sum())


def test_what_is_measured_is_what_new_women_get_and_not_what_the_choosers_got(simulated_predictions):
    own, crossed, fresh = [], [], []
    for seed in range(40):
        (few,), (many,) = simulated_predictions(24, seed=seed), simulated_predictions(300, seed=1000 + seed)
        found = thresholds_across_folds(few, folds_of(few, 6), "malignant", RULE)
        chosen = chosen_threshold(binary_scores(few, "malignant"), RULE, part="these")
        own.append(chosen.sensitivity)
        crossed.append(measured_at(found.margins, 0.0).sensitivity.value)
        fresh.append(measured_at(binary_scores(many, "malignant"), chosen.threshold).sensitivity.value)
    assert np.mean(own) - np.mean(fresh) > 0.03
    assert np.mean(crossed) == pytest.approx(np.mean(fresh), abs=0.03)


def test_a_woman_with_images_in_two_folds_teaches_neither_of_them(simulated_predictions):
    (predictions,) = simulated_predictions(60, seed=3)
    folds = folds_of(predictions)
    hers = np.flatnonzero(predictions.patients == "0")
    folds[hers[0]] = 1
    found = scaled_across_folds(predictions, folds)
    others = (folds != 1) & (predictions.patients != "0")
    assert found.by_fold[1].value == pytest.approx(best_temperature(predictions, others), rel=1e-5)


def test_one_fold_teaches_nothing_about_itself(simulated_predictions):
    (predictions,) = simulated_predictions(20, seed=4)
    with pytest.raises(ParameterError, match="one fold holds every woman"):
        scaled_across_folds(predictions, np.zeros(predictions.n, int))
