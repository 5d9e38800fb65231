"""Paired tests against statsmodels, against every possible swap, and against definitions written out pair by pair."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score
from statsmodels.stats.contingency_tables import mcnemar as reference_mcnemar
from statsmodels.stats.multitest import multipletests

from mammo.evaluation.auc_tests import clustered_delong, delong
from mammo.evaluation.holm import holm
from mammo.evaluation.mcnemar import mcnemar, sign_flip_p


@pytest.mark.parametrize("seed", range(5))
def test_mcnemar_is_that_of_statsmodels(seed, simulated_predictions):
    first, second = simulated_predictions(30, seed, models=2)
    was_right, is_right = first.predicted == first.truth, second.predicted == second.truth
    table = [[(was_right & is_right).sum(), (was_right & ~is_right).sum()]]
    table += [[(~was_right & is_right).sum(), (~was_right & ~is_right).sum()]]
    found = mcnemar(first, second)
    assert (found.only_first, found.only_second) == (table[0][1], table[1][0])
    assert found.p_images == pytest.approx(reference_mcnemar(table, exact=True).pvalue, abs=1e-9)


def test_models_that_agree_on_every_image_have_p_1(simulated_predictions):
    (one,) = simulated_predictions(10, seed=0)
    found = mcnemar(one, one)
    assert (found.p_images, found.p_women) == (1, 1)


@pytest.mark.parametrize("gains", [[3, -1, 2, 0, 4], [1, 1, 1, 1], [2, -2], [5], [0, 0], [-4, 1, 1, 1, -3, 2]])
def test_the_sign_flip_test_counts_every_swap(gains):
    sums = [abs(sum(np.array(signs) * gains)) for signs in product([1, -1], repeat=len(gains))]
    expected = np.mean(np.array(sums) >= abs(sum(gains)))
    images = np.repeat(gains, 2) - np.tile([1, -1], len(gains))  # each woman has two images, whose gains sum to 2 gains
    women = np.repeat(np.arange(len(gains)), 2).astype(str)
    assert sign_flip_p(np.array(gains), np.arange(len(gains)).astype(str)) == pytest.approx(expected, abs=1e-12)
    assert sign_flip_p(images, women) == pytest.approx(expected, abs=1e-12)


def test_with_one_image_for_each_woman_both_mcnemar_tests_agree():
    gains = np.array([1] * 9 + [-1] * 2 + [0] * 20)
    p = sign_flip_p(gains, np.arange(31).astype(str))
    assert p == pytest.approx(stats.binomtest(2, 11).pvalue, abs=1e-12)


@pytest.mark.parametrize("p_values", [[0.01, 0.04, 0.03, 0.005], [0.5, 0.6], [0.2], [0.02, 0.02, 0.02], [1, 0.4, 0.9]])
def test_holm_is_that_of_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]), abs=1e-9)


def test_what_was_not_tested_does_not_count_for_holm():
    assert holm([None, 0.02, None, 0.04]) == [None, 0.04, None, 0.04]
    assert holm([]) == []


def _psi(positive, negative):
    return 1.0 if positive > negative else 0.5 if positive == negative else 0.0


def _components(is_positive, score):
    """Structural components by the definition, pair by pair."""
    positives, negatives = score[is_positive], score[~is_positive]
    v10 = [np.mean([_psi(x, y) for y in negatives]) for x in positives]
    v01 = [np.mean([_psi(x, y) for x in positives]) for y in negatives]
    return np.array(v10), np.array(v01)


@pytest.fixture(params=[None, 1], ids=["fine", "tied"])
def two_models(request, simulated_scores):
    """Truth, scores of two models, women."""
    one = simulated_scores(25, seed=3, ties=request.param)
    other = np.random.default_rng(0).normal(one.score, 0.2)
    return one.is_positive, np.stack([one.score, other if request.param is None else np.round(other, 1)]), one.patients


def test_delong_is_its_definition(two_models):
    is_positive, scores, _ = two_models
    v10, v01 = zip(*(_components(is_positive, of_model) for of_model in scores), strict=True)
    expected = np.cov(v10) / is_positive.sum() + np.cov(v01) / (~is_positive).sum()
    found = delong(is_positive, scores)
    np.testing.assert_allclose(found.covariance, expected, atol=1e-12)
    assert found.aucs == pytest.approx([roc_auc_score(is_positive, of_model) for of_model in scores], abs=1e-9)


def _obuchowski(is_positive, scores, patients):
    """Covariance by the formulas of the article, woman by woman."""
    women = sorted(set(patients))
    m, n = is_positive.sum(), (~is_positive).sum()
    sums = []
    for of_model in scores:
        v10, v01 = _components(is_positive, of_model)
        auc = v10.mean()
        of_positives, of_negatives = patients[is_positive], patients[~is_positive]
        d10 = [(v10[of_positives == woman] - auc).sum() for woman in women]
        d01 = [(v01[of_negatives == woman] - auc).sum() for woman in women]
        sums.append((np.array(d10), np.array(d01)))
    i10, i01 = len(set(patients[is_positive])), len(set(patients[~is_positive]))
    covariance = np.zeros((2, 2))
    for r, s in product(range(2), repeat=2):
        s10 = i10 / ((i10 - 1) * m) * (sums[r][0] * sums[s][0]).sum()
        s01 = i01 / ((i01 - 1) * n) * (sums[r][1] * sums[s][1]).sum()
        s11 = len(women) / (len(women) - 1) * (sums[r][0] * sums[s][1]).sum()
        s11_other = len(women) / (len(women) - 1) * (sums[s][0] * sums[r][1]).sum()
        covariance[r, s] = s10 / m + s01 / n + (s11 + s11_other) / (m * n)
    return covariance


def test_the_clustered_covariance_is_that_of_the_article(two_models):
    found = clustered_delong(*two_models)
    np.testing.assert_allclose(found.covariance, _obuchowski(*two_models), atol=1e-12)


def test_images_that_resemble_each_other_give_a_wider_interval(two_models):
    is_positive, scores, patients = two_models
    doubled = clustered_delong(np.tile(is_positive, 2), np.tile(scores, 2), np.tile(patients, 2))
    np.testing.assert_allclose(doubled.covariance, clustered_delong(*two_models).covariance, rtol=1e-9)
    plain = delong(np.tile(is_positive, 2), np.tile(scores, 2))
    assert plain.covariance[0, 0] < 0.6 * doubled.covariance[0, 0]


def test_the_difference_of_two_aucs_is_a_z_test(two_models):
    found = clustered_delong(*two_models)
    gap = found.aucs[1] - found.aucs[0]
    spread = np.sqrt(found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1])
    result = found.difference(0, 1)
    assert result.p == pytest.approx(2 * stats.norm.sf(abs(gap) / spread), abs=1e-12)
    assert (result.difference.low, result.difference.high) == pytest.approx(
        stats.norm.interval(0.95, gap, spread), abs=1e-12
    )


def test_an_interval_near_1_stays_below_1(two_models):
    is_positive, scores, patients = two_models
    nearly = 0.4 * is_positive + scores
    interval = clustered_delong(is_positive, nearly, patients).interval(0)
    assert 0.5 < interval.low < interval.value < interval.high < 1


def test_a_model_differs_in_nothing_from_itself_and_a_perfect_one_has_no_known_spread():
    is_positive = np.array([True, True, False, False])
    perfect, poor = [0.9, 0.8, 0.2, 0.1], [0.9, 0.1, 0.8, 0.2]
    found = delong(is_positive, np.array([perfect, perfect, poor]))
    assert found.difference(0, 1).p == 1
    assert str(found.interval(0)).startswith("1.00 (no interval: every pair is ordered alike")
    assert found.difference(0, 2).difference.value == -0.5


def test_a_gap_between_perfect_and_perfectly_wrong_has_no_p():
    found = delong(np.array([True, True, False, False]), np.array([[1.0, 1, 0, 0], [0, 0, 1, 1]]))
    assert found.difference(0, 1).p is None
    assert str(found.difference(0, 1).difference) == "-1.00 (no interval: its spread is not known)"


@pytest.mark.parametrize(
    "truth", [[1, 0, 0], [1, 1], [0, 0], []], ids=["one positive", "positives", "negatives", "none"]
)
def test_too_few_women_of_a_class_have_no_spread(truth):
    assert delong(np.array(truth, dtype=bool), np.zeros((2, len(truth)))) is None
