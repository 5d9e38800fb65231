"""Every score against scikit-learn, weighted and not."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from mammo.evaluation.evaluation import evaluate
from mammo.evaluation.outcomes import observed_outcomes, weighted_outcomes
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.published import ovr_from_top1
from mammo.evaluation.scores import CLASS_SCORES, SCORES


def _one_vs_rest_auc(one, label):
    return metrics.roc_auc_score(one.truth == label, one.probabilities[:, label])


def _mean_ovr_accuracy(one):
    return np.mean([metrics.accuracy_score(one.truth == label, one.predicted == label) for label in range(3)])


REFERENCES = {
    "top1": lambda one: metrics.accuracy_score(one.truth, one.predicted),
    "balanced_accuracy": lambda one: metrics.balanced_accuracy_score(one.truth, one.predicted),
    "macro_precision": lambda one: metrics.precision_score(one.truth, one.predicted, average="macro"),
    "macro_f1": lambda one: metrics.f1_score(one.truth, one.predicted, average="macro"),
    "mean_ovr_accuracy": _mean_ovr_accuracy,
    "cohen_kappa": lambda one: metrics.cohen_kappa_score(one.truth, one.predicted, weights="quadratic"),
    "mcc": lambda one: metrics.matthews_corrcoef(one.truth, one.predicted),
    "auc_ovr_macro": lambda one: metrics.roc_auc_score(one.truth, one.probabilities, multi_class="ovr"),
    "auc_malignant": lambda one: _one_vs_rest_auc(one, 2),
    "auc_abnormal": lambda one: _one_vs_rest_auc(one, 0),
}
CLASS_REFERENCES = {
    "sensitivity": lambda one, k: metrics.recall_score(one.truth == k, one.predicted == k),
    "specificity": lambda one, k: metrics.recall_score(one.truth != k, one.predicted != k),
    "ppv": lambda one, k: metrics.precision_score(one.truth == k, one.predicted == k),
    "npv": lambda one, k: metrics.precision_score(one.truth != k, one.predicted != k),
    "auc": _one_vs_rest_auc,
}


@pytest.mark.parametrize("name", SCORES)
def test_a_score_is_that_of_scikit_learn(name, simulated_predictions):
    (one,) = simulated_predictions(60, seed=4)
    expected = REFERENCES[name](one)
    assert SCORES[name].compute(observed_outcomes(one))[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", CLASS_SCORES)
def test_a_class_score_is_that_of_scikit_learn(name, simulated_predictions):
    (one,) = simulated_predictions(60, seed=4)
    expected = [CLASS_REFERENCES[name](one, label) for label in range(3)]
    assert CLASS_SCORES[name].compute(observed_outcomes(one))[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", SCORES)
def test_a_weighted_score_is_that_of_images_laid_out_as_often_as_they_weigh(name, simulated_predictions):
    (one,) = simulated_predictions(60, seed=4)
    weights = np.random.default_rng(1).integers(0, 3, one.n)
    copies = np.repeat(np.arange(one.n), weights)
    laid_out = Predictions.checked(
        one.truth[copies], one.probabilities[copies], one.patients[copies].tolist(), one.class_names
    )
    weighted = weighted_outcomes(one, weights[None, :].astype(float))
    assert SCORES[name].compute(weighted)[0] == pytest.approx(REFERENCES[name](laid_out), abs=1e-9)


def test_mean_one_vs_rest_accuracy_is_linear_in_top1():
    generator = np.random.default_rng(0)
    tables = [generator.integers(0, 30, (classes, classes)) for classes in (2, 3, 4, 7) for _ in range(50)]
    gaps = [abs(_mean_ovr(table) - ovr_from_top1(np.trace(table) / table.sum(), len(table))) for table in tables]
    assert max(gaps) < 1e-12


def _mean_ovr(table):
    errors = table.sum(axis=0) + table.sum(axis=1) - 2 * np.diag(table)
    return 1 - (errors / table.sum()).mean()


def test_scores_of_an_absent_class_are_not_available_and_say_why():  # B62
    found = evaluate([0, 0, 1, 1], np.eye(3)[[0, 1, 1, 0]], list("abcd"), ("normal", "benign", "malignant"))
    assert str(found.scores["balanced_accuracy"]) == "n/a: no image is malignant"
    assert str(found.scores["auc_malignant"]) == "n/a: no image is malignant"
    assert str(found.per_class["malignant"]["sensitivity"]) == "n/a: no image is malignant"
    assert found.scores["top1"].value == 0.5
