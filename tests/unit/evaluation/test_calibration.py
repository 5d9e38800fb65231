"""Calibration against scikit-learn and by hand; temperatures that were planted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

from mammo.errors import ParameterError
from mammo.evaluation.calibration import calibration, top_answers
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.temperature import fitted_temperature, scaled


def binary(truth, score):
    return BinaryScores(np.array(truth, dtype=bool), np.array(score, dtype=float), np.arange(len(truth)).astype(str))


def test_bins_of_a_counted_example():
    found = calibration(binary([0, 1, 0, 1, 1, 1], [0.1, 0.2, 0.3, 0.6, 0.8, 0.9]), bins=2, resamples=100)
    low, high = found.bins
    assert (low.low, low.high, low.n, low.women) == (0.1, 0.3, 3, 3)
    assert (low.mean_probability, low.share.value) == pytest.approx((0.2, 1 / 3))
    assert (high.mean_probability, high.share.value) == pytest.approx((2.3 / 3, 1))
    assert found.ece == pytest.approx((1 / 3 - 0.2) / 2 + (1 - 2.3 / 3) / 2)


def test_bins_of_one_width_are_those_of_scikit_learn(simulated_scores):
    scores = simulated_scores(80, seed=6)
    found = calibration(scores, binning="equal_width", bins=8, resamples=50)
    shares, means = calibration_curve(scores.is_positive, scores.score, n_bins=8)
    assert [one.share.value for one in found.bins] == pytest.approx(list(shares), abs=1e-9)
    assert [one.mean_probability for one in found.bins] == pytest.approx(list(means), abs=1e-9)


def test_bins_of_equal_mass_hold_nearly_equal_numbers(simulated_scores):
    scores = simulated_scores(80, seed=6)
    sizes = [one.n for one in calibration(scores, bins=7, resamples=50).bins]
    assert sum(sizes) == scores.n
    assert max(sizes) - min(sizes) <= 1


def test_equal_probabilities_stay_in_one_bin():
    found = calibration(binary([0, 1] * 10, [0.3] * 18 + [0.7] * 2), bins=5, resamples=50)
    assert [one.n for one in found.bins] == [18, 2]


def test_brier_score_and_log_loss_are_those_of_scikit_learn(simulated_scores):
    scores = simulated_scores(80, seed=6)
    found = calibration(scores, resamples=200)
    assert found.brier.value == pytest.approx(brier_score_loss(scores.is_positive, scores.score), abs=1e-9)
    assert found.log_loss.value == pytest.approx(log_loss(scores.is_positive, scores.score), abs=1e-9)
    assert found.brier.low < found.brier.value < found.brier.high


def test_perfect_probabilities_are_off_by_no_more_than_chance_and_planted_overconfidence_is_by_more():
    generator = np.random.default_rng(0)
    probability = generator.random(2000)
    truth = generator.random(2000) < probability
    honest = calibration(binary(truth, probability), resamples=50)
    too_sure = calibration(binary(truth, probability**3 / (probability**3 + (1 - probability) ** 3)), resamples=50)
    assert honest.ece < honest.ece_by_chance
    assert "no more than chance" in str(honest)
    assert too_sure.ece > 3 * too_sure.ece_by_chance
    assert ", more than chance" in str(too_sure)


def test_no_image_has_no_calibration():
    found = calibration(binary([], []))
    assert str(found) == "Calibration n/a: there is no image."
    assert str(found.brier) == "n/a: there is no image"


def test_a_diagram_without_bins_is_refused():
    with pytest.raises(ParameterError, match="1 bin or more"):
        calibration(binary([1], [0.5]), bins=0)


def test_top_answers_ask_whether_the_predicted_class_is_right():
    predictions = Predictions.checked([0, 1], [[0.7, 0.3], [0.6, 0.4]], ["a", "b"], ("no", "yes"))
    asked = top_answers(predictions)
    assert asked.is_positive.tolist() == [True, False]
    assert asked.score.tolist() == [0.7, 0.6]


def _planted(temperature, n=20_000, classes=3):
    """Answers whose logits are ``temperature`` times those by which the truth was drawn."""
    generator = np.random.default_rng(7)
    logits = 1.5 * generator.normal(size=(n, classes))
    truth = (logits + generator.gumbel(size=logits.shape)).argmax(axis=1)
    powers = np.exp(temperature * logits)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    return Predictions.checked(truth, probabilities, range(n), tuple("abcdefg"[:classes]))


@pytest.mark.parametrize("planted", [0.5, 1.0, 3.0])
def test_a_planted_temperature_is_found(planted):
    assert fitted_temperature(_planted(planted), part="validation").value == pytest.approx(planted, rel=0.05)


def test_the_temperature_has_the_least_log_loss_of_all(simulated_predictions):
    (predictions,) = simulated_predictions(60, seed=9)

    def loss(log_t):
        powers = predictions.probabilities ** (1 / np.exp(log_t))
        return log_loss(predictions.truth, powers / powers.sum(axis=1, keepdims=True))

    best = minimize_scalar(loss, bounds=(-3, 3), method="bounded", options={"xatol": 1e-8})
    assert fitted_temperature(predictions, part="validation").value == pytest.approx(np.exp(best.x), rel=1e-5)


def test_scaling_calms_a_model_that_is_too_sure_without_changing_an_answer():
    before = _planted(3.0)
    temperature = fitted_temperature(before, part="validation")
    after = scaled(before, temperature, part="test")
    assert (after.predicted == before.predicted).all()
    assert (after.probabilities.argmax(axis=1) == before.predicted).all()
    eces = [calibration(top_answers(one), resamples=50).ece for one in (before, after)]
    assert eces[1] < eces[0] / 5
    assert str(temperature).endswith("the model was too sure of its answers.")


def test_a_temperature_is_not_applied_to_the_part_on_which_it_was_fitted(simulated_predictions):
    (predictions,) = simulated_predictions(10, seed=9)
    with pytest.raises(ParameterError, match="apply it to another part"):
        scaled(predictions, fitted_temperature(predictions, part="validation"), part="validation")


@pytest.mark.parametrize(("truth", "limit"), [([0, 1], 0.02), ([1, 0], 50)], ids=["all right", "all wrong"])
def test_validation_images_without_a_best_temperature_say_so(truth, limit):
    predictions = Predictions.checked(truth, [[0.9, 0.1], [0.1, 0.9]], ["a", "b"], ("no", "yes"))
    temperature = fitted_temperature(predictions, part="validation")
    assert (temperature.value, temperature.at_limit) == (limit, True)
    assert str(temperature).startswith("No temperature fits validation best")
    assert np.isfinite(scaled(predictions, temperature, part="test").probabilities).all()
