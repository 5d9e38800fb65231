"""What the statistics promise, kept over a thousand simulated studies of 200 women: false alarms and coverage."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.evaluation.auc_tests import clustered_delong, delong
from mammo.evaluation.bands import precision_recall_band, roc_band
from mammo.evaluation.calibration import calibration
from mammo.evaluation.comparison import compared
from mammo.evaluation.decision_curve import decision_curve
from mammo.evaluation.evaluation import evaluate
from mammo.evaluation.mcnemar import mcnemar
from mammo.evaluation.operating_points import measured_at
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.prevalence import at_prevalence
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.subgroups import subgroup_scores, within_groups_auc

pytestmark = [pytest.mark.long]

STUDIES, WOMEN, RESAMPLES = 1000, 200, 500
MOST_FALSE_ALARMS = 0.064
MANY_WOMEN = 20_000  # give the value that an interval should cover, ten times as exactly as a study does


def _one_image_each(predictions):
    _, first = np.unique(predictions.patients, return_index=True)
    return Predictions.checked(
        predictions.truth[first],
        predictions.probabilities[first],
        predictions.patients[first].tolist(),
        predictions.class_names,
    )


def _malignant(sets):
    return sets[0].truth == 2, np.stack([one.probabilities[:, 2] for one in sets])


def _swap_p(sets, score, seed):
    return min(one.p for one in compared(sets, [score], seed=seed, resamples=RESAMPLES))


# p of a test that two (or three) equally good models differ
TESTS = {
    "McNemar, one image each": (2, lambda sets, _: mcnemar(*map(_one_image_each, sets)).p_images),
    "McNemar by woman": (2, lambda sets, _: mcnemar(*sets).p_women),
    "DeLong, one image each": (
        2, lambda sets, _: delong(*_malignant(list(map(_one_image_each, sets)))).difference(0, 1).p,
    ),
    "Obuchowski": (2, lambda sets, _: clustered_delong(*_malignant(sets), sets[0].patients).difference(0, 1).p),
    "verdict on top-1": (2, lambda sets, seed: _swap_p(sets, "top1", seed)),
    "verdict on balanced accuracy": (2, lambda sets, seed: _swap_p(sets, "balanced_accuracy", seed)),
    "verdict on AUC": (2, lambda sets, seed: _swap_p(sets, "auc_malignant", seed)),
    "verdicts on three models, Holm": (3, lambda sets, seed: _swap_p(sets, "top1", seed)),
}  # fmt: skip


@pytest.mark.parametrize("name", TESTS)
def test_equally_good_models_are_rarely_told_apart(name, simulated_predictions, record_property):
    models, p_of = TESTS[name]
    ps = np.array([p_of(simulated_predictions(WOMEN, seed, models=models), seed) for seed in range(STUDIES)])
    share = float((ps < 0.05).mean())
    record_property("false_alarms", share)
    assert share <= MOST_FALSE_ALARMS


def _with_a_worse_one(simulate, women, seed):
    """A model, and the same with one answer in five replaced by a guess."""
    (one,) = simulate(women, seed, skill=2.0)
    generator = np.random.default_rng(seed)
    rows = one.probabilities.copy()
    is_guess = generator.random(one.n) < 0.2
    rows[is_guess] = generator.permuted(rows[is_guess], axis=1)
    return [one, Predictions.checked(one.truth, rows, one.patients.tolist(), one.class_names)]


def test_models_that_differ_by_the_margin_are_rarely_called_equivalent(simulated_predictions, record_property):
    (long_run,) = compared(_with_a_worse_one(simulated_predictions, MANY_WOMEN, 10**6), resamples=10)
    margin = -long_run.difference.value
    found = [
        compared(_with_a_worse_one(simulated_predictions, WOMEN, seed), margin=margin, seed=seed, resamples=RESAMPLES)
        for seed in range(STUDIES)
    ]
    share = float(np.mean([one.p_equivalence < 0.05 for (one,) in found]))
    record_property("false_alarms", share)
    assert share <= MOST_FALSE_ALARMS


def _subgroup_difference(seed, simulate):
    (one,) = simulate(WOMEN, seed)
    groups = ["A" if int(woman) % 3 else "B" for woman in one.patients]
    return subgroup_scores(one, groups, "top1", seed=seed, resamples=RESAMPLES)[0].difference


def _auc_difference(seed, simulate):
    sets = simulate(WOMEN, seed, models=2)
    return clustered_delong(*_malignant(sets), sets[0].patients).difference(0, 1).difference


def _paired_difference(seed, simulate):
    return compared(simulate(WOMEN, seed, models=2), ["macro_f1"], seed=seed, resamples=RESAMPLES)[0].difference


# intervals whose value in the long run is 0
DIFFERENCES = {"subgroup": _subgroup_difference, "AUCs": _auc_difference, "paired scores": _paired_difference}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_intervals_of_differences_cover_no_difference(name, simulated_predictions, record_property):
    intervals = [DIFFERENCES[name](seed, simulated_predictions) for seed in range(STUDIES)]
    share = float(np.mean([one.low <= 0 <= one.high for one in intervals]))
    record_property("coverage", share)
    assert 0.92 <= share <= 0.98


class _Bounds:
    """A band of one place as an interval."""

    def __init__(self, band):
        self.value, self.low, self.high = band.y[0], band.low[0], band.high[0]


class _NetBenefit:
    def __init__(self, curve):
        self.value, self.low, self.high = curve.net_benefit[0], curve.low[0], curve.high[0]


def _groups(scores):
    return ["A" if int(woman) % 2 else "B" for woman in scores.patients]


KEYS = {"seed": 0, "resamples": RESAMPLES}
# intervals of one figure of a question, whose value in the long run many women give
FIGURES = {
    "sensitivity": lambda scores: measured_at(scores, 0.5).sensitivity,
    "specificity": lambda scores: measured_at(scores, 0.5).specificity,
    "PPV": lambda scores: measured_at(scores, 0.5).ppv,
    "NPV near 1": lambda scores: measured_at(scores, 0.2).npv,
    "PPV at 0.5 %": lambda scores: at_prevalence(scores, 0.5, 0.005, **KEYS).ppv,
    "NPV at 0.5 %": lambda scores: at_prevalence(scores, 0.5, 0.005, **KEYS).npv,
    "AUC, bootstrap": lambda scores: roc_band(scores, **KEYS).area,
    "AUC, Obuchowski": lambda scores: clustered_delong(
        scores.is_positive, scores.score[None, :], scores.patients
    ).interval(0),
    "average precision": lambda scores: precision_recall_band(scores, **KEYS).area,
    "sensitivity at specificity 0.8": lambda scores: _Bounds(roc_band(scores, np.array([0.2]), **KEYS)),
    "precision at recall 0.5": lambda scores: _Bounds(precision_recall_band(scores, np.array([0.5]), **KEYS)),
    "share in the middle bin": lambda scores: calibration(_middle(scores), bins=1, **KEYS).bins[0].share,
    "Brier score": lambda scores: calibration(scores, **KEYS).brier,
    "log loss": lambda scores: calibration(scores, **KEYS).log_loss,
    "net benefit at 0.3": lambda scores: _NetBenefit(decision_curve(scores, np.array([0.3]), **KEYS)),
    "net benefit at 0.1, screening": lambda scores: _NetBenefit(
        decision_curve(scores, np.array([0.1]), prevalence=0.01, **KEYS)
    ),
    "AUC within groups": lambda scores: within_groups_auc(scores, _groups(scores), **KEYS),
}


def _middle(scores):
    inside = (scores.score > 0.4) & (scores.score < 0.6)
    return BinaryScores(scores.is_positive[inside], scores.score[inside], scores.patients[inside])


@pytest.mark.parametrize("name", FIGURES)
def test_intervals_cover_what_many_women_give(name, simulated_scores, record_property):
    value = FIGURES[name](simulated_scores(MANY_WOMEN, seed=10**6)).value
    intervals = [FIGURES[name](simulated_scores(WOMEN, seed)) for seed in range(STUDIES)]
    share = float(np.mean([one.low <= value <= one.high for one in intervals]))
    record_property("coverage", share)
    assert 0.92 <= share <= 0.98


SCORE_NAMES = ("top1", "balanced_accuracy", "macro_f1", "cohen_kappa", "mcc", "auc_ovr_macro", "auc_abnormal")


@pytest.fixture(scope="module")
def evaluations(simulated_predictions):
    """Of many women once, and of every study."""

    def scores(women, seed):
        (one,) = simulated_predictions(women, seed)
        found = evaluate(one.truth, one.probabilities, one.patients.tolist(), one.class_names, resamples=RESAMPLES)
        return found.scores

    return scores(MANY_WOMEN, 10**6), [scores(WOMEN, seed) for seed in range(STUDIES)]


@pytest.mark.parametrize("name", SCORE_NAMES)
def test_intervals_of_scores_cover_what_many_women_give(name, evaluations, record_property):
    many, studies = evaluations
    share = float(np.mean([one[name].low <= many[name].value <= one[name].high for one in studies]))
    record_property("coverage", share)
    assert 0.92 <= share <= 0.98
