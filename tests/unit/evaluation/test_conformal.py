"""Conformal sets: thresholds by hand, the promise kept over many draws, few women said to be too few."""

import numpy as np
import pytest

from mammo.errors import ParameterError
from mammo.evaluation.conformal import ConformalSets, coverage, crossfitted_coverage, fitted_sets
from mammo.evaluation.predictions import Predictions

NAMES = ("normal", "malignant")


def answers(truth, malignant, patients=None):
    malignant = np.array(malignant, float)
    rows = np.stack([1 - malignant, malignant], axis=1)
    return Predictions.checked(np.array(truth), rows, patients or range(len(truth)), NAMES)


def test_a_class_fits_down_to_the_probability_that_enough_women_of_it_had():
    malignant = np.linspace(0.95, 0.5, 10)  # of 10 women: 9 / 10 or more of 11 must fit, so all 10 of them
    found = fitted_sets(answers([1] * 10 + [0] * 10, [*malignant, *(1 - malignant)]), goal=0.9)
    assert found.least == pytest.approx((0.5, 0.5))
    assert found.women == (10, 10)
    assert fitted_sets(answers([1] * 10 + [0] * 10, [*malignant, *(1 - malignant)]), goal=0.5).least[1] == (
        pytest.approx(malignant[5])  # 6 of 11 is the first share above one half
    )


def test_each_woman_counts_once_however_many_images_she_has():
    alone = fitted_sets(answers([1] * 9, np.linspace(0.9, 0.1, 9)), goal=0.6)
    many = answers([1] * 17, [*np.linspace(0.9, 0.1, 9), *[0.9] * 8], [*range(9), *[0] * 8])
    assert fitted_sets(many, goal=0.6).least[1] == alone.least[1]
    assert fitted_sets(many, goal=0.6).women == (0, 9)


def test_a_class_of_too_few_women_always_fits_and_the_least_number_is_said():
    found = fitted_sets(answers([1] * 8 + [0] * 9, [0.9] * 8 + [0.1] * 9))
    assert found.fewest_women == 9
    assert found.least == (pytest.approx(0.9), 0.0)
    assert found.fitting({"normal": 1.0, "malignant": 0.0}) == ("normal", "malignant")


def test_sets_can_hold_one_class_both_or_none():
    sets = ConformalSets(0.9, (0.6, 0.6), (20, 20))
    loose = ConformalSets(0.9, (0.3, 0.3), (20, 20))
    assert sets.fitting({"normal": 0.7, "malignant": 0.3}) == ("normal",)
    assert sets.fitting({"normal": 0.5, "malignant": 0.5}) == ()
    assert loose.fitting({"normal": 0.5, "malignant": 0.5}) == NAMES


def test_women_judge_themselves_by_the_others_not_by_their_own_threshold():
    predictions = answers([1] * 10 + [0] * 10, [*np.linspace(0.95, 0.5, 10), *np.linspace(0.05, 0.5, 10)])
    assert coverage(fitted_sets(predictions), predictions).value == 1  # as it must be on what was fitted
    assert crossfitted_coverage(predictions).value == pytest.approx(18 / 20)  # without her the last one is outside


def test_the_promise_holds_for_new_women_whatever_the_class(simulated_predictions):
    """Over 2,000 women and more: at least 90 % less two standard errors, each class for itself."""
    held = {label: [] for label in range(3)}
    for seed in range(60):
        both = simulated_predictions(90, seed=seed)[0]
        is_known = both.patients.astype(int) < 45
        known, new = (part(both, chosen) for chosen in (is_known, ~is_known))
        sets = fitted_sets(known)
        for label in held:
            chosen = new.truth == label
            held[label] += [one for one in [coverage(sets, part(new, chosen)).value] if chosen.any()]
    for label, shares in held.items():
        error = np.std(shares) / np.sqrt(len(shares))
        assert 0.9 - 2 * error <= np.mean(shares) < 0.97, label


def part(predictions, chosen):
    return Predictions(
        predictions.truth[chosen],
        predictions.predicted[chosen],
        predictions.probabilities[chosen],
        predictions.patients[chosen],
        predictions.class_names,
    )


@pytest.mark.parametrize("goal", [0.0, 1.0, 1.5])
def test_a_goal_is_a_share(goal):
    with pytest.raises(ParameterError, match="between 0 and 1"):
        fitted_sets(answers([0, 1], [0.2, 0.8]), goal=goal)
