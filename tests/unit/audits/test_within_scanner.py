"""A model that only tells scanners apart loses its score within them; one that doesn't keeps it."""

import numpy as np
import pytest

from mammo.audits.within_scanner import auc_within_scanner, counted_scanners
from mammo.errors import ParameterError
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.subgroups import within_groups_auc


def answered(knows, *, women=60, seed=0):
    """Two images of each woman; scanner B has three in four of the positives, A the others."""
    rng = np.random.default_rng(seed)
    is_positive = np.repeat(np.arange(women) % 2 == 1, 2)
    is_b = np.repeat(rng.random(women) < np.where(np.arange(women) % 2, 0.75, 0.25), 2)
    score = rng.random(2 * women) + 3 * (is_b if knows == "scanner" else is_positive)
    scores = BinaryScores(is_positive, score / 4, np.repeat(np.arange(women), 2).astype(str))
    return scores, np.where(is_b, "B", "A").tolist()


def test_a_model_that_knows_the_scanner_alone_is_told():
    found = auc_within_scanner(*answered("scanner"), resamples=300)
    assert found.light == "amber"
    assert found.overall.value > 0.65
    assert found.within.low < 0.5 < found.within.high
    assert str(found).startswith("Part of the score is telling scanners apart: AUC 0.")


def test_a_model_that_knows_the_breast_keeps_its_score():
    found = auc_within_scanner(*answered("breast"), resamples=300)
    assert (found.overall.value, found.within.value, found.drop.value) == (1, 1, 0)
    assert found.light == "green"
    assert str(found).endswith("a difference of 0.0 points (0.0 to 0.0).")


def test_the_drop_is_the_difference_of_the_two_and_its_interval_comes_from_the_same_draws():
    scores, scanners = answered("scanner")
    found = auc_within_scanner(scores, scanners, resamples=300)
    assert found.within == within_groups_auc(scores, scanners, resamples=300)
    assert found.drop.value == pytest.approx(found.overall.value - found.within.value, abs=1e-12)
    independent = np.hypot(found.overall.high - found.overall.low, found.within.high - found.within.low)
    assert 0 < found.drop.high - found.drop.low < independent


def test_one_scanner_loses_nothing():
    scores, _ = answered("breast")
    found = auc_within_scanner(scores, [None] * scores.n, resamples=50)
    assert (found.drop.value, found.light) == (0, "green")


@pytest.mark.parametrize(
    ("women", "scanner_of", "sentence"),
    [
        (18, lambda place: "AB"[place % 2], "18 women are too few, 20 are needed"),
        (40, lambda place: "AB"[place // 2 % 2], "no group holds both a positive and a negative image"),
    ],
    ids=["few women", "a scanner for each class"],
)
def test_what_can_not_be_judged_says_why(women, scanner_of, sentence):
    scores, _ = answered("breast", women=women)
    found = auc_within_scanner(scores, [scanner_of(place) for place in range(scores.n)], resamples=50)
    assert found.light == "unknown"
    assert sentence in str(found)


def test_each_image_needs_a_scanner():
    with pytest.raises(ParameterError, match="120 images, but 1 groups"):
        auc_within_scanner(answered("breast")[0], ["A"])


def test_scanners_are_counted_and_the_unknown_stand_last():
    assert list(counted_scanners(["B", None, "A", "B"]).items()) == [("A", 1), ("B", 2), ("not known", 1)]
