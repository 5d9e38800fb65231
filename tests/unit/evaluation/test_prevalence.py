"""Predictive values at another prevalence, against a population counted out woman by woman."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.errors import ParameterError
from mammo.evaluation.operating_points import measured_at
from mammo.evaluation.prevalence import at_prevalence, npv_at, ppv_at
from mammo.evaluation.questions import BinaryScores


def test_a_thousand_women_counted_out():
    # 5 ill, of whom 4 are called; 995 well, of whom 199 are called
    assert ppv_at(np.float64(0.8), np.float64(0.8), 0.005) == pytest.approx(4 / 203, abs=1e-12)
    assert npv_at(np.float64(0.8), np.float64(0.8), 0.005) == pytest.approx(796 / 797, abs=1e-12)


def test_at_the_images_own_prevalence_the_predictive_values_are_the_counted_ones(simulated_scores):
    scores = simulated_scores(80, seed=3)
    point = measured_at(scores, 0.5)
    values = at_prevalence(scores, 0.5, float(scores.is_positive.mean()), resamples=200)
    assert values.ppv.value == pytest.approx(point.ppv.value, abs=1e-12)
    assert values.npv.value == pytest.approx(point.npv.value, abs=1e-12)
    assert values.ppv.low < values.ppv.value < values.ppv.high


def test_rarer_disease_makes_a_positive_answer_worth_less(simulated_scores):
    scores = simulated_scores(80, seed=3)
    screening, clinic = (at_prevalence(scores, 0.5, prevalence, resamples=200) for prevalence in (0.005, 0.3))
    assert screening.ppv.high < clinic.ppv.low
    assert screening.npv.low > clinic.npv.high


def test_a_perfect_threshold_keeps_a_width():
    is_positive = np.arange(60) % 2 == 0
    values = at_prevalence(BinaryScores(is_positive, is_positive * 1.0, np.arange(60).astype(str)), 0.5, 0.01)
    assert values.ppv.value == 1
    assert values.ppv.low < 0.2
    assert values.ppv.high == 1


def test_what_is_never_called_has_no_value():
    scores = BinaryScores(np.arange(40) % 2 == 0, np.full(40, 0.1), np.arange(40).astype(str))
    values = at_prevalence(scores, 0.5, 0.01)
    assert str(values.ppv) == "n/a: nothing is called positive"
    assert values.npv.value == pytest.approx(0.99)


def test_one_class_alone_has_no_predictive_values():
    values = at_prevalence(BinaryScores(np.ones(4, dtype=bool), np.ones(4), np.array(list("abcd"))), 0.5, 0.01)
    assert str(values.ppv) == str(values.npv) == "n/a: no image is negative"


def test_one_woman_leaves_no_interval():
    scores = BinaryScores(np.array([True, True, False, False]), np.array([0.9, 0.2, 0.8, 0.1]), np.array(["a"] * 4))
    assert str(at_prevalence(scores, 0.5, 0.5).ppv) == "0.50 (no interval: all images are of one woman)"
    perfect = BinaryScores(np.array([True, False]), np.array([0.9, 0.1]), np.array(["a", "a"]))
    assert str(at_prevalence(perfect, 0.5, 0.5).ppv) == "1.00 (no interval: all images are of one woman)"


@pytest.mark.parametrize("prevalence", [0, 1, 1.5])
def test_a_prevalence_without_disease_or_without_health_is_refused(prevalence, simulated_scores):
    with pytest.raises(ParameterError, match="A prevalence lies between 0 and 1"):
        at_prevalence(simulated_scores(10, seed=0), 0.5, prevalence)
