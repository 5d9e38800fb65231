"""Verdicts on planted differences, and the figures behind them redone by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mammo.errors import ParameterError, UnknownNameError
from mammo.evaluation.comparison import compared
from mammo.evaluation.evaluation import evaluate
from mammo.evaluation.mcnemar import mcnemar
from mammo.evaluation.outcomes import observed_outcomes, weighted_outcomes
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.resampling import drawn_women
from mammo.evaluation.scores import SCORES
from mammo.evaluation.swapping import swapped_outcomes


def spoilt(predictions, share, seed=0):
    """The same answers, a share of them replaced by a guess."""
    generator = np.random.default_rng(seed)
    rows = predictions.probabilities.copy()
    is_spoilt = generator.random(predictions.n) < share
    rows[is_spoilt] = generator.permuted(rows[is_spoilt], axis=1)
    return Predictions.checked(predictions.truth, rows, predictions.patients.tolist(), predictions.class_names)


@pytest.fixture(scope="module")
def good(simulated_predictions):
    (one,) = simulated_predictions(150, seed=1, skill=4.0)
    return one


def test_a_planted_loss_is_worse_and_a_planted_gain_better(good):
    poor = spoilt(good, 0.5)
    (loss,), (gain,) = compared([good, poor], resamples=500), compared([poor, good], resamples=500)
    assert (loss.verdict, gain.verdict) == ("worse", "better")
    assert loss.difference.value == pytest.approx(-gain.difference.value)
    assert gain.sentence("Job 3", "Job 7").startswith("Job 7 is better than Job 3: Top-1 accuracy 0.9")


def test_nearly_equal_models_are_equivalent(good):
    (one,) = compared([good, spoilt(good, 0.01)], margin=0.1, resamples=500)
    assert one.verdict == "equivalent"
    assert "are equivalent within 0.1" in one.sentence("A", "B")


def test_a_model_is_equivalent_to_itself(good):
    (one,) = compared([good, good], resamples=500)
    assert (one.p, one.verdict, str(one.difference)) == (1, "equivalent", "0.00 (0.00 to 0.00)")


def test_noise_can_not_be_told(simulated_predictions):
    (one,) = compared(simulated_predictions(40, seed=2, models=2), margin=0.005, resamples=500)
    assert one.verdict == "cannot_tell"
    assert one.sentence("A", "B").startswith("Can't tell whether B or A is better: ")


def test_few_women_get_figures_but_no_verdict(simulated_predictions):
    (good,) = simulated_predictions(19, seed=1, skill=6.0)
    (one,) = compared([good, spoilt(good, 1.0)], resamples=500)
    assert one.p < 0.05
    assert one.verdict == "cannot_tell"
    assert one.sentence("A", "B").startswith("19 women can't tell B from A: Top-1")


def test_a_real_but_useless_gain_is_called_so(good):
    (one,) = compared([spoilt(good, 0.1), good], margin=0.9, resamples=500)
    assert one.verdict == "better"
    assert one.sentence("A", "B").endswith("less than the margin of 0.9 all the same.")


@pytest.mark.parametrize("name", ["top1", "balanced_accuracy", "auc_malignant"])
def test_the_interval_and_p_come_from_draws_shared_by_both_models(name, simulated_predictions):
    first, second = simulated_predictions(60, seed=3, models=2)
    women, position = np.unique(first.patients, return_inverse=True)
    (draws,) = drawn_women(len(women), seed=5, resamples=300)
    gaps = np.subtract(*(SCORES[name].compute(weighted_outcomes(one, draws[:, position])) for one in (second, first)))
    (found,) = compared([first, second], [name], margin=0.05, seed=5, resamples=300)
    assert (found.difference.low, found.difference.high) == pytest.approx(np.quantile(gaps, [0.025, 0.975]), abs=1e-12)
    assert found.p >= min(1, 2 * (1 + min(sum(gaps <= 0), sum(gaps >= 0))) / 301)
    assert found.p_equivalence == pytest.approx((1 + max(sum(gaps <= -0.05), sum(gaps >= 0.05))) / 301)


def test_for_right_answers_swapping_is_the_exact_test_by_woman(simulated_predictions):
    first, second = simulated_predictions(60, seed=3, models=2)
    gap = SCORES["top1"].compute(observed_outcomes(second)) - SCORES["top1"].compute(observed_outcomes(first))
    traded = swapped_outcomes(first, second, seed=0, swaps=20_000)
    gaps = np.subtract(*(SCORES["top1"].compute(one) for one in traded))
    assert (np.abs(gaps) >= abs(gap) - 1e-12).mean() == pytest.approx(mcnemar(first, second).p_women, abs=0.01)


def test_a_model_is_traded_with_a_surer_copy_of_itself_without_a_trace(good):
    surer = replace(good, probabilities=good.probabilities**2)  # the same order of images for each class
    first, second = swapped_outcomes(good, surer, seed=0, swaps=5)
    np.testing.assert_allclose(first.aucs, second.aucs, atol=1e-12)


def test_a_handful_of_images_that_all_changed_to_one_side_proves_nothing():
    truth = np.zeros(60, dtype=int)
    perfect, five_wrong = np.eye(2)[truth], np.eye(2)[(np.arange(60) < 5).astype(int)]
    first, second = (Predictions.checked(truth, rows, range(60), ("no", "yes")) for rows in (perfect, five_wrong))
    (found,) = compared([first, second])
    assert found.difference.high < 0
    assert found.p == pytest.approx(2 / 2**5, abs=0.03)
    assert found.verdict == "cannot_tell"


def test_too_few_women_to_have_seen_a_difference_prove_no_equivalence(simulated_predictions):
    (one,) = simulated_predictions(40, seed=1)
    (found,) = compared([one, one], margin=0.03, resamples=500)
    assert found.p_equivalence == pytest.approx(0.97**40)
    assert found.verdict == "cannot_tell"


def test_values_are_those_of_the_evaluation(good):
    (found,) = compared([good, spoilt(good, 0.5)], ["macro_f1"], resamples=50)
    alone = evaluate(good.truth, good.probabilities, good.patients.tolist(), good.class_names, resamples=50)
    assert found.first_value == alone.scores["macro_f1"].value


def test_several_models_are_compared_pair_by_pair_with_holm(simulated_predictions):
    sets = simulated_predictions(60, seed=3, models=3)
    together = compared(sets, resamples=300)
    alone = [compared([sets[a], sets[b]], resamples=300)[0].p for a, b in [(0, 1), (0, 2), (1, 2)]]
    assert [(one.first, one.second) for one in together] == [(0, 1), (0, 2), (1, 2)]
    assert min(one.p for one in together) == pytest.approx(min(1, 3 * min(alone)))
    assert all(one.p >= p for one, p in zip(together, alone, strict=True))


def test_an_undefined_score_is_not_compared():
    one = Predictions.checked([0, 1] * 20, np.eye(3)[[0, 1] * 20], list(range(40)), ("normal", "benign", "malignant"))
    (found,) = compared([one, one], ["auc_malignant"], resamples=50)
    assert (found.verdict, found.first_value, found.p) == ("cannot_tell", None, None)
    expected = "AUC malignant versus rest can't be compared (AUC malignant versus rest is undefined here)."
    assert found.sentence("A", "B") == expected


def test_one_woman_can_not_decide():
    one = Predictions.checked([0, 1], np.eye(2), ["a", "a"], ("no", "yes"))
    (found,) = compared([one, one], resamples=50)
    assert found.verdict == "cannot_tell"
    assert "all images are of one woman" in found.sentence("A", "B")


def test_models_of_different_images_are_refused(simulated_predictions):
    sets = [simulated_predictions(20, seed)[0] for seed in (1, 2)]
    with pytest.raises(ParameterError, match="pair their answers first"):
        compared(sets)
    with pytest.raises(ParameterError, match="two or more models"):
        compared(sets[:1])


@pytest.mark.parametrize("margin", [0, 1, -0.1, float("nan")])
def test_a_margin_of_nothing_is_refused(margin, good):
    with pytest.raises(ParameterError, match="between 0 and 1"):
        compared([good, good], margin=margin)


def test_an_unknown_score_is_refused(good):
    with pytest.raises(UnknownNameError, match="There is no score named 'accuracy'"):
        compared([good, good], ["accuracy"])
