"""Formulas with counts put in: a reader who types the arithmetic into a calculator gets the score."""

import math
import re

import numpy as np
import pytest

from mammo.evaluation.outcomes import observed_outcomes
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.scores import SCORES
from mammo.evaluation.worked_formulas import worked_formula

NAMES = ("normal", "benign", "malignant")


def typed_in(arithmetic):
    """What a calculator makes of it."""
    assert re.fullmatch(r"([\d.+*/() -]|\^2|sqrt)+", arithmetic)
    return eval(arithmetic.replace("^", "**"), {"sqrt": math.sqrt})  # noqa: S307 - digits and signs alone, as asserted


def predictions(n, seed):
    rng = np.random.default_rng(seed)
    probabilities = np.round(rng.dirichlet(np.ones(3), n), 2)  # two decimals: some are equal
    probabilities[:, 2] = 1 - probabilities[:, :2].sum(axis=1)
    truth = np.arange(n) % 3 if n < 30 else rng.integers(0, 3, n)
    return Predictions.checked(truth, probabilities.clip(0, 1), list(range(n)), NAMES)


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("n", [17, 1201])
def test_the_arithmetic_gives_the_score(name, n):
    answers = predictions(n, seed=n)
    expected = SCORES[name].compute(observed_outcomes(answers))[0]
    worked = worked_formula(name, answers)
    assert typed_in(worked.arithmetic) == pytest.approx(expected, abs=1e-12)
    assert worked.value == expected
    assert worked.words


def test_its_words_are_the_counts_of_the_matrix():
    truth, predicted = [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2]
    answers = Predictions.checked(truth, np.eye(3)[predicted], list("abcdef"), NAMES)
    assert worked_formula("top1", answers).arithmetic == "(2 + 1 + 1) / 6"
    assert worked_formula("balanced_accuracy", answers).words[0] == "2 of the 3 that are normal are called normal."
    assert worked_formula("macro_f1", answers).words[1] == (
        "Benign: 1 found (TP), 1 wrongly called it (FP), 1 missed (FN)."
    )
    assert worked_formula("auc_malignant", answers).words == (
        "1 malignant with 5 others make 5 pairs; in 4.5 of them the malignant one has the higher probability of "
        "malignant (equal ones count half).",
    )


def test_an_undefined_score_has_no_arithmetic():
    answers = Predictions.checked([0, 0], np.eye(3)[[0, 1]], ["a", "b"], NAMES)
    assert worked_formula("balanced_accuracy", answers) is None
