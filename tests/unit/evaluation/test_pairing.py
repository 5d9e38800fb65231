"""Models are compared on the images that all of them answered, or not at all."""

from __future__ import annotations

import pytest

from mammo.errors import ParameterError
from mammo.evaluation.flips import FLIP_KINDS, flips
from mammo.evaluation.pairing import paired
from mammo.evaluation.predictions import Predictions

NAMES = ("normal", "benign", "malignant")
ROWS = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]


def answers(truth, predicted, women="abcdefgh", names=NAMES):
    return Predictions.checked(truth, [ROWS[label] for label in predicted], list(women[: len(truth)]), names)


def test_common_images_stand_in_one_order():
    first = answers([0, 1, 2], [0, 0, 2], "xyz")
    second = answers([2, 0, 1], [1, 0, 1], "zxw")
    found = paired([first, second], [["i", "j", "k"], ["k", "i", "other"]])
    assert found.ids == ("i", "k")
    assert [one.truth.tolist() for one in found.sets] == [[0, 2], [0, 2]]
    assert [one.predicted.tolist() for one in found.sets] == [[0, 2], [0, 1]]
    assert found.sets[1].patients.tolist() == ["x", "z"]
    assert found.left_out == (1, 1)


ONE = answers([0, 1], [0, 1])


@pytest.mark.parametrize(
    ("sets", "ids", "reason"),
    [
        ([ONE], [["i", "j"]], "two models or more"),
        ([ONE, ONE], [["i", "j"], ["i"]], "the image of each of their answers"),
        ([ONE, answers([0], [0], names=("no", "maybe", "yes"))], [["i", "j"], ["i"]], "different classes"),
        ([ONE, ONE], [["i", "j"], ["i", "i"]], "answered an image twice"),
        ([ONE, ONE], [["i", "j"], ["k", "l"]], "no test image in common"),
        ([ONE, answers([0, 2], [0, 1])], [["i", "j"], ["i", "j"]], "Image j is benign of woman b in one job and mali"),
        ([ONE, answers([0, 1], [0, 1], "ax")], [["i", "j"], ["i", "j"]], "benign of woman x in another"),
    ],
    ids=["one model", "ids missing", "classes", "twice", "nothing common", "truth", "woman"],
)
def test_what_can_not_be_compared_is_said(sets, ids, reason):
    with pytest.raises(ParameterError, match=reason):
        paired(sets, ids)


def test_each_image_is_of_one_kind_of_flip():
    truth = [0, 0, 0, 1, 1, 2]
    found = flips(answers(truth, [0, 0, 1, 2, 2, 0]), answers(truth, [0, 2, 0, 2, 0, 1]))
    expected = ["both_right", "harmful", "helpful", "both_wrong_alike", "both_wrong_differently"]
    assert found.kinds.tolist() == [*expected, "both_wrong_differently"]
    assert sum(found.count(kind) for kind in FLIP_KINDS) == 6
    assert found.counts[0].tolist() == [[1, 0, 1], [1, 0, 0], [0, 0, 0]]
    assert found.counts.sum() == 6
    assert str(found) == "Of 6 images the second model sets 1 right and spoils 1; both are right on 1."
