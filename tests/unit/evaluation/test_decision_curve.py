"""Net benefit counted out, against treating all and treating none."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.errors import ParameterError
from mammo.evaluation.decision_curve import decision_curve
from mammo.evaluation.questions import BinaryScores


def test_net_benefit_counted_out():
    scores = BinaryScores(
        np.array([1, 1, 0, 0, 0], dtype=bool), np.array([0.9, 0.3, 0.6, 0.2, 0.1]), np.array(list("abcde"))
    )
    curve = decision_curve(scores, np.array([0.2, 0.5]), resamples=100)
    # at 0.2: 2 true and 2 false positives, of which 4 weigh as much as 1; at 0.5: 1 and 1, of equal weight
    assert curve.net_benefit == pytest.approx([2 / 5 - 2 / 5 / 4, 0])
    assert curve.treat_all == pytest.approx([2 / 5 - 3 / 5 / 4, 2 / 5 - 3 / 5])


def test_at_another_prevalence_each_image_weighs_by_its_class():
    scores = BinaryScores(
        np.array([1, 1, 0, 0, 0], dtype=bool), np.array([0.9, 0.3, 0.6, 0.2, 0.1]), np.array(list("abcde"))
    )
    curve = decision_curve(scores, np.array([0.2]), prevalence=0.01, resamples=100)
    assert curve.net_benefit == pytest.approx([0.01 - 0.99 * 2 / 3 / 4])
    assert curve.treat_all == pytest.approx([0.01 - 0.99 / 4])
    assert curve.prevalence == 0.01


def test_the_own_prevalence_given_or_not_is_the_same(simulated_scores):
    scores = simulated_scores(40, seed=2)
    own = float(scores.is_positive.mean())
    curves = [decision_curve(scores, prevalence=one, resamples=50) for one in (None, own)]
    np.testing.assert_allclose(curves[0].net_benefit, curves[1].net_benefit, atol=1e-12)
    assert (curves[0].low <= curves[0].net_benefit).all()


def test_a_threshold_below_every_score_treats_all(simulated_scores):
    scores = simulated_scores(40, seed=2)
    curve = decision_curve(scores, np.array([1e-6]), resamples=50)
    assert curve.net_benefit == pytest.approx(curve.treat_all)
    assert len(curve.useful) == 0


def test_a_good_model_is_useful_somewhere():
    generator = np.random.default_rng(1)
    probability = generator.beta(0.5, 1.5, 800)
    scores = BinaryScores(generator.random(800) < probability, probability, np.arange(800).astype(str))
    assert len(decision_curve(scores, resamples=300).useful) > 20


@pytest.mark.parametrize("truth", [[], [True, True], [False]], ids=["none", "positive", "negative"])
def test_one_class_alone_has_no_decision_curve(truth):
    scores = BinaryScores(np.array(truth, dtype=bool), np.zeros(len(truth)), np.arange(len(truth)).astype(str))
    assert decision_curve(scores) is None


def test_one_woman_leaves_no_interval():
    scores = BinaryScores(np.array([True, False]), np.array([0.9, 0.1]), np.array(["a", "a"]))
    assert np.isnan(decision_curve(scores).low).all()


@pytest.mark.parametrize(("thresholds", "prevalence"), [([0.0], None), ([1.0], None), ([0.1], 0.0), ([0.1], 1.0)])
def test_thresholds_and_prevalence_at_the_ends_are_refused(thresholds, prevalence, simulated_scores):
    with pytest.raises(ParameterError, match="between 0 and 1"):
        decision_curve(simulated_scores(10, seed=0), np.array(thresholds), prevalence=prevalence)
