"""The leak premium: found where women can be known again, and not where they can't."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.audits.leakage_twin import leak_premium
from mammo.errors import ParameterError
from mammo.evaluation.evaluation import evaluate
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.resampling import drawn_women

CLASS_NAMES = ("normal", "malignant")
WOMEN, IMAGES = 150, 4


def _data(seed, texture):
    """What a model sees of each image: a little of the class, and as much as wanted of the woman."""
    generator = np.random.default_rng(seed)
    patients = np.repeat(np.arange(WOMEN), IMAGES)
    truth = generator.integers(0, 2, WOMEN)[patients]
    seen = generator.normal(size=(len(patients), 6)) + texture * generator.normal(size=(WOMEN, 6))[patients]
    seen[:, 0] += truth
    return seen, truth, patients, generator


def _nearest(seen, truth, patients, is_test):
    """Test predictions of a model that answers what the five most like training images are."""
    distances = ((seen[is_test][:, None] - seen[~is_test]) ** 2).sum(axis=2)
    nearest = truth[~is_test][np.argsort(distances, axis=1)[:, :5]].mean(axis=1)
    rows = np.column_stack([1 - nearest, nearest])
    return Predictions.checked(truth[is_test], rows, patients[is_test].tolist(), CLASS_NAMES)


def twins(seed, texture):
    """Test predictions of the same recipe by image split and by patient split."""
    seen, truth, patients, generator = _data(seed, texture)
    by_image = generator.random(len(patients)) < 0.3
    by_patient = (generator.random(WOMEN) < 0.3)[patients]
    return [_nearest(seen, truth, patients, is_test) for is_test in (by_image, by_patient)]


@pytest.mark.parametrize("seed", range(5))
def test_strong_texture_of_women_makes_a_premium(seed):
    by_image, by_patient = twins(seed, texture=5)
    found = leak_premium([by_image], [by_patient], resamples=500)
    assert found.premium.value > 0.2
    assert found.premium.low > 0
    assert str(found).startswith("Splitting by image makes the model look better by ")


def test_without_texture_there_is_no_premium():
    found = [leak_premium(*([one] for one in twins(seed, texture=0)), resamples=500) for seed in range(10)]
    contains = [one.premium.low <= 0 <= one.premium.high for one in found]
    assert sum(contains) >= 9
    assert str(found[contains.index(True)]).startswith("No leak can be told from noise, the premium is ")


@pytest.mark.long
def test_without_texture_a_thousand_premiums_rarely_exclude_0(record_property):
    found = [leak_premium(*([one] for one in twins(seed, texture=0)), resamples=500).premium for seed in range(1000)]
    share = float(np.mean([not one.low <= 0 <= one.high for one in found]))
    record_property("false_alarms", share)
    assert share <= 0.064


def test_the_premium_is_the_difference_of_two_scores_under_shared_draws():
    by_image, by_patient = twins(1, texture=1)
    found = leak_premium([by_image], [by_patient], "balanced_accuracy", seed=3, resamples=200)
    women = np.unique(np.concatenate([by_image.patients, by_patient.patients]))
    (draws,) = drawn_women(len(women), seed=3, resamples=200)
    gaps = []
    for row in draws:
        values = []
        for one in (by_image, by_patient):
            copies = np.repeat(np.arange(one.n), row[np.searchsorted(women, one.patients)].astype(int))
            rights = one.predicted[copies] == one.truth[copies]
            values.append(np.mean([rights[one.truth[copies] == label].mean() for label in (0, 1)]))
        gaps.append(values[0] - values[1])
    assert (found.premium.low, found.premium.high) == pytest.approx(np.quantile(gaps, [0.025, 0.975]), abs=1e-9)
    assert found.women == len(women)


def test_several_seeds_are_averaged():
    pairs = [twins(seed, texture=2) for seed in (1, 2)]
    found = leak_premium([one for one, _ in pairs], [one for _, one in pairs], resamples=100)
    scores = [
        [evaluate(one.truth, one.probabilities, one.patients, one.class_names, resamples=9) for one in pair]
        for pair in pairs
    ]
    expected = np.mean([a.scores["top1"].value - b.scores["top1"].value for a, b in scores])
    assert found.premium.value == pytest.approx(expected)


def test_a_premium_below_zero_is_no_leak():
    right = Predictions.checked([0, 1] * 30, np.eye(2)[[0, 1] * 30], list(range(60)), CLASS_NAMES)
    half = Predictions.checked([0, 1] * 30, np.eye(2)[[0, 0] * 30], list(range(60)), CLASS_NAMES)
    assert "that is no leak" in str(leak_premium([half], [right], resamples=100))


def test_an_undefined_score_has_no_premium():
    one = Predictions.checked([0] * 30, np.eye(2)[[0] * 30], list(range(30)), CLASS_NAMES)
    expected = (
        "The leak premium of AUC malignant versus rest can't be told: AUC malignant versus rest is undefined in one"
    )
    assert str(leak_premium([one], [one], "auc_malignant", resamples=50)).startswith(expected)


def test_twins_must_be_two_and_of_one_recipe():
    one = Predictions.checked([0, 1], np.eye(2), ["a", "b"], CLASS_NAMES)
    other = Predictions.checked([0, 1], np.eye(2), ["a", "b"], ("no", "yes"))
    for by_image, by_patient in (([], [one]), ([one], []), ([one], [other])):
        with pytest.raises(ParameterError, match="by image split and one by patient split, of one recipe"):
            leak_premium(by_image, by_patient)
