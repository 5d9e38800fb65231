"""Scores of groups: each equal to that of its images alone, none for a handful of women."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mammo.datasets import Lesion, Sample
from mammo.errors import ParameterError
from mammo.evaluation.evaluation import evaluate
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.subgroups import subgroup_scores, subgroups_sentence, within_groups_auc
from mammo.evaluation.traits import TRAITS, age_band, lesion_size, size_bands


@pytest.fixture(scope="module")
def answers(simulated_predictions):
    (one,) = simulated_predictions(120, seed=2, skill=2.0)
    return one


def women_groups(predictions, *names):
    """A group for each woman, in turn."""
    return [names[int(woman) % len(names)] for woman in predictions.patients]


@pytest.mark.parametrize("score", ["top1", "balanced_accuracy", "auc_malignant"])
def test_a_group_scores_as_its_images_alone(answers, score):
    groups = women_groups(answers, "dense", "fatty")
    dense, fatty = subgroup_scores(answers, groups, score, resamples=100)
    inside = np.array(groups) == "dense"
    alone = evaluate(
        answers.truth[inside], answers.probabilities[inside], answers.patients[inside], answers.class_names, resamples=9
    )
    assert (dense.group, dense.images, dense.women) == ("dense", inside.sum(), 60)
    assert dense.score.value == pytest.approx(alone.scores[score].value, abs=1e-12)
    assert dense.difference.value == pytest.approx(dense.score.value - fatty.score.value, abs=1e-12)
    assert dense.score.low < dense.score.value < dense.score.high


def test_a_handful_of_women_gets_words_and_no_figure(answers):
    groups = ["A" if int(woman) < 9 else "B" for woman in answers.patients]
    few, many = subgroup_scores(answers, groups, "top1", resamples=100)
    assert str(few.score) == str(few.difference) == "n/a: only 9 women, a score needs 10"
    assert few.women == 9
    assert many.score.value is not None
    assert str(many.difference) == "n/a: only 9 women in other groups, a comparison needs 10"


def test_unknown_values_are_a_group_of_their_own_and_stand_last(answers):
    found = subgroup_scores(answers, women_groups(answers, None, "A", "z"), "top1", resamples=50)
    assert [one.group for one in found] == ["A", "z", "not known"]


def test_one_group_alone_has_a_score_and_nothing_to_differ_from(answers):
    (one,) = subgroup_scores(answers, ["A"] * answers.n, "top1", resamples=50)
    assert one.score.value is not None
    assert one.difference.value is None
    assert subgroups_sentence([one], "Top-1 accuracy").startswith("Top-1 accuracy can't be compared between groups")


def test_a_group_without_a_class_says_which_class(answers):
    groups = ["none" if label == 0 else "some" for label in answers.truth]
    none, some = subgroup_scores(answers, groups, "auc_malignant", resamples=50)
    assert str(none.score) == "n/a: no image is benign or malignant"
    assert str(some.difference) == "n/a: among the others no image is benign or malignant"


def test_a_group_in_which_a_model_fails_stands_out(answers):
    groups = women_groups(answers, "good", "bad", "fine")
    rows = answers.probabilities.copy()
    is_bad = np.array(groups) == "bad"
    rows[is_bad] = np.roll(rows[is_bad], 1, axis=1)
    failing = Predictions.checked(answers.truth, rows, answers.patients.tolist(), answers.class_names)
    found = subgroup_scores(failing, groups, "top1", resamples=300)
    assert [one.stands_out for one in found] == [True, True, True]
    sentence = subgroups_sentence(found, "Top-1 accuracy")
    assert "bad (-0." in sentence
    assert sentence.endswith("Of 3 groups, one in twenty stands out by chance alone.")


def test_groups_made_at_random_do_not_stand_out(answers):
    found = subgroup_scores(answers, women_groups(answers, "a", "b"), "top1", resamples=300)
    assert subgroups_sentence(found, "Top-1 accuracy").startswith("Top-1 accuracy differs for no group.")


def test_groups_must_fit_the_images(answers):
    with pytest.raises(ParameterError, match="but 1 groups"):
        subgroup_scores(answers, ["A"], "top1")


def test_an_auc_that_knows_only_the_group_vanishes_within_groups():
    generator = np.random.default_rng(0)
    scanner = generator.integers(0, 2, 400)
    truth = generator.random(400) < np.where(scanner, 0.8, 0.2)
    scores = BinaryScores(truth, scanner + 0.01 * generator.random(400), np.arange(400).astype(str))
    assert roc_auc_score(truth, scores.score) > 0.7
    within = within_groups_auc(scores, scanner.astype(str).tolist(), resamples=300)
    assert within.low < 0.5 < within.high


def test_within_one_group_the_auc_is_the_plain_one(simulated_scores):
    scores = simulated_scores(60, seed=1)
    within = within_groups_auc(scores, ["one"] * scores.n, resamples=50)
    assert within.value == pytest.approx(roc_auc_score(scores.is_positive, scores.score), abs=1e-9)


def test_pairs_across_groups_do_not_count():
    scores = BinaryScores(np.array([1, 0, 1, 0], dtype=bool), np.array([0.2, 0.1, 0.9, 0.8]), np.array(list("abcd")))
    assert within_groups_auc(scores, ["A", "A", "B", "B"], resamples=10).value == 1
    apart = within_groups_auc(scores, ["A", "B", "A", "B"], resamples=10)
    assert str(apart) == "n/a: no group holds both a positive and a negative image"


@pytest.mark.parametrize(
    ("age", "band"),
    [(None, None), (49, "under 50"), (50, "50 to 69"), (69, "50 to 69"), (70, "70 or more"), (0, "under 50")],
)
def test_ages_fall_into_the_bands_of_screening(age, band):
    assert age_band(age) == band


def test_sizes_fall_into_thirds_and_what_has_no_size_into_none():
    bands = size_bands([5, np.nan, 1, 3, 2, 4, 6])
    assert bands == [
        "large lesion", None, "small lesion", "medium lesion", "small lesion", "medium lesion", "large lesion",
    ]  # fmt: skip
    assert size_bands([np.nan, np.nan]) == [None, None]


def test_traits_of_a_sample():
    sample = Sample(
        id="a.png", path=Path("a.png"), patient_id="1", labels={}, sha256="", width_px=1, height_px=1, bits=8,
        laterality="L", view="CC", age=61, density="C", scanner="B",
        lesions=(Lesion("benign", "mass"), Lesion("benign", "calcification"), Lesion("benign", "")),
    )  # fmt: skip
    expected = {
        "density": "C", "view": "CC", "laterality": "L", "age": "50 to 69", "scanner": "B",
        "lesion_kind": "calcification + mass", "lesion_size": None,
    }  # fmt: skip
    assert {name: trait.groups([sample])[0] for name, trait in TRAITS.items()} == expected
    assert all(trait.groups([None]) == [None] for trait in TRAITS.values())


def film_with_circle(radius):
    lesions = (Lesion("benign", "mass", 50.0, 50.0, radius),) if radius else ()
    return Sample(
        id="a.png", path=Path("a.png"), patient_id="1", labels={}, sha256="", width_px=100, height_px=100, bits=8,
        lesions=lesions,
    )  # fmt: skip


def test_lesions_fall_into_thirds_by_their_share_of_the_film():
    films = [film_with_circle(radius) for radius in (30.0, None, 5.0, 12.0)]
    assert lesion_size(films[2]) == pytest.approx(np.pi * 25 / 10_000, rel=0.05)
    assert TRAITS["lesion_size"].groups(films) == ["large lesion", None, "small lesion", "medium lesion"]
