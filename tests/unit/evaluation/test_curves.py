"""Curves against scikit-learn, bands against curves of resampled women that are laid out one by one."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from mammo.evaluation.bands import precision_recall_band, roc_band
from mammo.evaluation.curves import precision_recall, roc
from mammo.evaluation.outcomes import weighted_auc
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.resampling import drawn_women

FINE, TIED = None, 1  # decimals of the scores


@pytest.fixture(params=[FINE, TIED], ids=["fine", "tied"])
def scores(request, simulated_scores):
    return simulated_scores(60, seed=5, ties=request.param)


def test_the_roc_curve_is_that_of_scikit_learn(scores):
    expected = roc_curve(scores.is_positive, scores.score, drop_intermediate=False)
    curve = roc(scores)
    np.testing.assert_allclose([curve.false_positive_rate, curve.sensitivity, curve.thresholds], expected, atol=1e-9)


def test_the_precision_recall_curve_is_that_of_scikit_learn(scores):
    precision, recall, thresholds = precision_recall_curve(scores.is_positive, scores.score)
    curve = precision_recall(scores)
    np.testing.assert_allclose(curve.precision, precision[-2::-1], atol=1e-9)
    np.testing.assert_allclose(curve.recall, recall[-2::-1], atol=1e-9)
    np.testing.assert_allclose(curve.thresholds, thresholds[::-1], atol=1e-9)
    expected = average_precision_score(scores.is_positive, scores.score)
    assert curve.average_precision == pytest.approx(expected, abs=1e-9)


def test_a_weighted_auc_is_that_of_images_laid_out_as_often_as_they_weigh(scores):
    weights = np.random.default_rng(0).integers(0, 4, (5, scores.n))
    expected = [roc_auc_score(np.repeat(scores.is_positive, row), np.repeat(scores.score, row)) for row in weights]
    drawn = weighted_auc(scores.score, scores.is_positive, weights.astype(float))
    np.testing.assert_allclose(drawn, expected, atol=1e-9)


def _laid_out(scores, seed, resamples):
    """Each resample as a set of images of its own."""
    women, position = np.unique(scores.patients, return_inverse=True)
    (draws,) = drawn_women(len(women), seed=seed, resamples=resamples)
    for row in draws:
        copies = np.repeat(np.arange(scores.n), row[position].astype(int))
        yield BinaryScores(scores.is_positive[copies], scores.score[copies], scores.patients[copies])


def test_the_roc_band_holds_the_middle_of_the_resampled_curves(scores):
    x = np.linspace(0, 1, 11)
    curves = [roc(one) for one in _laid_out(scores, seed=2, resamples=100)]
    rows = np.array([np.interp(x, one.false_positive_rate, one.sensitivity) for one in curves])
    band = roc_band(scores, x, seed=2, resamples=100)
    low, high = np.quantile(rows, [0.025, 0.975], axis=0)
    np.testing.assert_allclose([band.low, band.high], [low, high], atol=1e-9)
    assert band.area.value == pytest.approx(roc_auc_score(scores.is_positive, scores.score), abs=1e-9)


def test_the_precision_recall_band_holds_the_middle_of_the_resampled_curves(scores):
    x = np.array([0, 0.25, 0.5, 0.75, 1])
    curves = [precision_recall(one) for one in _laid_out(scores, seed=2, resamples=100)]
    rows = [[one.precision[(one.recall >= max(recall - 1e-12, 1e-9)).argmax()] for recall in x] for one in curves]
    band = precision_recall_band(scores, x, seed=2, resamples=100)
    low, high = np.quantile(rows, [0.025, 0.975], axis=0)
    np.testing.assert_allclose([band.low, band.high], [low, high], atol=1e-9)
    areas = np.quantile([one.average_precision for one in curves], [0.025, 0.975])
    assert (band.area.low, band.area.high) == pytest.approx(areas, abs=1e-9)


@pytest.mark.parametrize("band", [roc_band, precision_recall_band])
def test_a_curve_runs_within_its_band(band, simulated_scores):
    found = band(simulated_scores(100, seed=8), resamples=500)
    assert ((found.low <= found.y) & (found.y <= found.high)).all()


@pytest.mark.parametrize("band", [roc_band, precision_recall_band])
@pytest.mark.parametrize("truth", [[], [True, True], [False, False]], ids=["none", "positive", "negative"])
def test_one_class_alone_has_no_curve(band, truth):
    scores = BinaryScores(np.array(truth, dtype=bool), np.zeros(len(truth)), np.arange(len(truth)).astype(str))
    assert band(scores) is None


@pytest.mark.parametrize("band", [roc_band, precision_recall_band])
def test_one_woman_has_a_curve_without_a_band(band):
    found = band(BinaryScores(np.array([True, False]), np.array([0.9, 0.1]), np.array(["a", "a"])))
    assert str(found.area) == "1.00 (no interval: all images are of one woman)"
    assert np.isnan(found.low).all()


@pytest.mark.parametrize("band", [roc_band, precision_recall_band])
def test_women_too_few_to_draw_from_leave_no_band(band):
    scores = BinaryScores(np.array([True, False]), np.array([0.9, 0.1]), np.array(["a", "b"]))
    found = band(scores)
    assert "too few women" in str(found.area)
    assert np.isnan(found.low).all()
