"""Thresholds: chosen on one part, measured on another, never the same."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.errors import ParameterError
from mammo.evaluation.operating_points import ThresholdRule, applied, chosen_threshold, measured_at
from mammo.evaluation.questions import BinaryScores

SCORES = BinaryScores(
    is_positive=np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=bool),
    score=np.array([0.1, 0.2, 0.3, 0.6, 0.4, 0.5, 0.7, 0.9]),
    patients=np.array(list("abcdefgh")),
)
OTHERS = BinaryScores(SCORES.is_positive, SCORES.score[::-1], np.array(list("stuvwxyz")))


@pytest.mark.parametrize(
    ("reaches", "target", "threshold", "sensitivity", "specificity"),
    [
        ("specificity", 0.75, 0.4, 1.0, 0.75),
        ("specificity", 0.76, 0.7, 0.5, 1.0),
        ("sensitivity", 0.75, 0.5, 0.75, 0.75),
        ("sensitivity", 0.5, 0.7, 0.5, 1.0),
    ],
)
def test_a_threshold_reaches_its_target_at_the_least_cost(reaches, target, threshold, sensitivity, specificity):
    chosen = chosen_threshold(SCORES, ThresholdRule(reaches, target), part="validation")
    assert (chosen.threshold, chosen.sensitivity, chosen.specificity) == (threshold, sensitivity, specificity)


def test_a_threshold_can_be_reached_by_no_search_that_is_better(simulated_scores):
    scores = simulated_scores(50, seed=1)
    chosen = chosen_threshold(scores, ThresholdRule("specificity", 0.9), part="validation")
    is_called = scores.score[None, :] >= scores.score[:, None]
    sensitivities = is_called[:, scores.is_positive].mean(axis=1)
    specificities = (~is_called[:, ~scores.is_positive]).mean(axis=1)
    assert chosen.sensitivity == sensitivities[specificities >= 0.9].max()


def test_a_threshold_is_not_judged_by_the_part_on_which_it_was_chosen():
    chosen = chosen_threshold(SCORES, ThresholdRule("specificity", 0.75), part="validation")
    with pytest.raises(ParameterError, match="chosen on validation, where it looks better"):
        applied(chosen, SCORES, part="validation")


def test_a_chosen_threshold_is_measured_on_other_women():
    chosen = chosen_threshold(SCORES, ThresholdRule("specificity", 0.75), part="validation")
    point = applied(chosen, OTHERS, part="test")
    counts = (point.true_positives, point.false_positives, point.false_negatives, point.true_negatives)
    assert counts == (1, 4, 3, 0)
    assert (point.sensitivity.value, point.specificity.value) == (0.25, 0)
    assert (point.ppv.value, point.npv.value) == (0.2, 0)
    assert point.notes == ()


def test_women_of_both_parts_are_named():
    chosen = chosen_threshold(SCORES, ThresholdRule("specificity", 0.75), part="validation")
    (note,) = applied(chosen, SCORES, part="test").notes
    assert note == "8 women of test had images in validation too, where the threshold was chosen."


def test_rates_that_do_not_exist_say_why():
    point = measured_at(BinaryScores(np.ones(2, dtype=bool), np.ones(2), np.array(["a", "b"])), 0.5)
    assert str(point.specificity) == "n/a: no image is negative"
    assert str(point.npv) == "n/a: no image is called negative"
    assert point.sensitivity.low > 0


def test_a_part_of_one_class_has_no_threshold_to_choose():
    scores = BinaryScores(np.ones(2, dtype=bool), np.ones(2), np.array(["a", "b"]))
    assert chosen_threshold(scores, ThresholdRule("specificity", 0.9), part="validation") is None
    empty = BinaryScores(np.ones(0, dtype=bool), np.ones(0), np.array([], dtype=str))
    assert chosen_threshold(empty, ThresholdRule("specificity", 0.9), part="validation") is None


@pytest.mark.parametrize("target", [0, 1, -0.2, float("nan")])
def test_a_target_that_nothing_or_everything_reaches_is_refused(target):
    with pytest.raises(ParameterError, match="between 0 and 1"):
        ThresholdRule("sensitivity", target)
