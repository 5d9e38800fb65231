"""Thresholds on one question call classes; checked by hand."""

import numpy as np
import pytest

from mammo.errors import UnknownNameError
from mammo.evaluation.calling import called_by_threshold
from mammo.evaluation.operating_points import measured_at
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.questions import binary_scores

NAMES = ("normal", "benign", "malignant")
ROWS = [[0.6, 0.3, 0.1], [0.5, 0.1, 0.4], [0.2, 0.5, 0.3], [1.0, 0.0, 0.0]]


def predictions(truth=(0, 2, 1, 0)):
    return Predictions.checked(truth, ROWS, list("abcd"), NAMES)


@pytest.mark.parametrize(
    ("question", "threshold", "called"),
    [
        ("abnormal", 0.5, [0, 2, 1, 0]),
        ("abnormal", 0.4, [1, 2, 1, 0]),
        ("abnormal", 0.9, [0, 0, 0, 0]),
        ("malignant", 0.3, [0, 2, 2, 0]),
        ("malignant", 0.0, [2, 2, 2, 2]),
        ("cadx", 0.5, [1, 2, 1, 2]),
    ],
)
def test_classes_are_called_on_the_side_that_the_threshold_says(question, threshold, called):
    found = called_by_threshold(predictions(), question, threshold)
    assert found.predicted.tolist() == called
    np.testing.assert_array_equal(found.probabilities, predictions().probabilities)


def test_counts_agree_with_the_measured_point():
    found, point = called_by_threshold(predictions(), "abnormal", 0.4), measured_at(
        binary_scores(predictions(), "abnormal"), 0.4
    )  # fmt: skip
    positive = found.predicted > 0
    assert (int((positive & (found.truth > 0)).sum()), int((positive & (found.truth == 0)).sum())) == (
        point.true_positives,
        point.false_positives,
    )


def test_a_question_that_there_is_not_is_said():
    with pytest.raises(UnknownNameError, match="no question named 'x'"):
        called_by_threshold(predictions(), "x", 0.5)
