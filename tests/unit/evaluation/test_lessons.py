"""What validation teaches: planted overconfidence is taken out, intervals hold, rarity is reckoned with."""

import json

import numpy as np
import pytest

from mammo.evaluation.calibrated import Calibrator, fitted_calibrator
from mammo.evaluation.conformal import coverage
from mammo.evaluation.evaluation import evaluate
from mammo.evaluation.lessons import Lessons, learnt, learnt_across_folds
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.temperature import fitted_temperature

NAMES = ("normal", "benign", "malignant")


def sharpened(seed, women=200, power=2.0):
    """Answers whose probabilities were right before they were raised to a power; four images of each woman."""
    generator = np.random.default_rng(seed)
    right = generator.dirichlet([1, 1, 1], women * 4)
    truth = np.array([generator.choice(3, p=one) for one in right])
    raised = right**power
    return Predictions.checked(truth, raised / raised.sum(axis=1, keepdims=True), np.arange(women * 4) // 4, NAMES)


def test_planted_overconfidence_is_taken_out_and_the_interval_holds_what_was_right():
    calibrator = fitted_calibrator(sharpened(1))
    raised = np.array([0.2, 0.3, 0.5]) ** 2
    shares = calibrator.shares(dict(zip(NAMES, raised / raised.sum(), strict=True)))
    assert sum(one.value for one in shares.values()) == pytest.approx(1)
    assert shares["malignant"].value == pytest.approx(0.5, abs=0.03)
    assert shares["malignant"].low < 0.5 < shares["malignant"].high


def test_the_temperatures_of_drawn_women_lie_around_the_fitted_one_and_closer_with_more_women():
    few, many = (fitted_calibrator(sharpened(2, women)).others for women in (40, 640))
    assert np.median(many) == pytest.approx(fitted_temperature(sharpened(2, 640), part="validation").value, rel=0.02)
    assert many[-1] - many[0] < (few[-1] - few[0]) / 2


def test_drawn_temperatures_are_those_of_refitting():
    predictions = sharpened(3, 30)
    calibrator = fitted_calibrator(predictions, resamples=50)
    generator, women = np.random.default_rng(0), np.unique(predictions.patients)
    refitted = []
    for drawn in generator.integers(0, 30, (50, 30)):
        rows = np.concatenate([np.flatnonzero(predictions.patients == women[one]) for one in drawn])
        chosen = Predictions.checked(predictions.truth[rows], predictions.probabilities[rows], rows, NAMES)
        refitted.append(fitted_temperature(chosen, part="validation").value)
    assert np.quantile(calibrator.others, [0, 0.5, 1]) == pytest.approx(np.quantile(refitted, [0, 0.5, 1]), rel=0.01)


def test_validation_without_a_mistake_makes_no_answer_surer():
    rows = np.full((12, 3), 0.1) + 0.7 * np.eye(3)[np.arange(12) % 3]
    calibrator = fitted_calibrator(Predictions.checked(np.arange(12) % 3, rows, range(12), NAMES))
    assert calibrator.temperature == 1.0


def test_a_rare_class_is_as_rare_as_bayes_says():
    calibrator = Calibrator(1.0, (), (0.5, 0.3, 0.2))
    # odds 1.5 times (0.007 / 0.993) / (0.2 / 0.8)
    odds = 1.5 * (0.007 / 0.993) * 4
    assert calibrator.at_screening(0.6, 2) == pytest.approx(odds / (1 + odds))
    assert Calibrator(1.0, (), (0.5, 0.5, 0.0)).at_screening(0.6, 2) is None


def test_lessons_are_kept_as_they_are_and_those_of_another_version_are_not_read():
    validation, test = sharpened(4, 40), sharpened(5, 30)
    scores = evaluate(test.truth, test.probabilities, test.patients.tolist(), NAMES, resamples=50)
    lessons = learnt(validation, test, scores)
    kept = json.loads(json.dumps(lessons.to_json()))
    assert Lessons.from_json(kept) == lessons
    assert Lessons.from_json({**kept, "version": 0}) is None


def test_lessons_of_folds_hold_for_new_women_and_are_not_called_tested_on_the_women_they_come_from():
    held, covered = [], []
    for seed in range(12):
        lessons = learnt_across_folds(sharpened(seed, 60), 5)
        held.append(lessons.held.value)
        covered.append(coverage(lessons.sets, sharpened(100 + seed, 200)).value)
    assert np.mean(covered) == pytest.approx(0.9, abs=0.02)
    assert np.mean(held) == pytest.approx(np.mean(covered), abs=0.02)
    out_of_fold = sharpened(4, 40)
    scores = evaluate(out_of_fold.truth, out_of_fold.probabilities, out_of_fold.patients.tolist(), NAMES, resamples=50)
    tested = learnt_across_folds(out_of_fold, 5, scores)
    assert (tested.tested.women, tested.tested.held, tested.folds) == (40, None, 5)
    assert Lessons.from_json(json.loads(json.dumps(tested.to_json()))) == tested


def test_an_answer_is_qualified_by_all_that_was_learnt():
    validation, test = sharpened(4, 40), sharpened(5, 30)
    scores = evaluate(test.truth, test.probabilities, test.patients.tolist(), NAMES, resamples=50)
    found = learnt(validation, test, scores).qualified({"normal": 0.02, "benign": 0.03, "malignant": 0.95})
    assert (found.first, found.gravest, found.fits) == ("malignant", "malignant", ("malignant",))
    assert found.shares["malignant"].value < 0.95
    assert (found.images, found.women, found.tested.images, found.tested.women) == (160, 40, 120, 30)
    assert found.tested.found == scores.per_class["malignant"]["sensitivity"]
    assert not found.always_fit
