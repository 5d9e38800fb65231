"""What is blanked for the background-only control, and what is made of its figures."""

import numpy as np
import pytest

from mammo.audits.background import BackgroundControl, background_only, breast_only, widened
from mammo.evaluation.intervals import Interval

PICTURE = np.array([[1, 2, 3, 90], [1, 2, 80, 70]], np.uint16)
BREAST = np.array([[0, 0, 0, 1], [0, 0, 1, 1]], bool)


def test_the_breast_becomes_as_gray_as_the_median_beside_it():
    assert background_only(PICTURE, BREAST).tolist() == [[1, 2, 3, 2], [1, 2, 2, 2]]
    assert background_only(PICTURE, BREAST).dtype == np.uint16


def test_what_lies_beside_the_breast_becomes_black():
    assert breast_only(PICTURE, BREAST).tolist() == [[0, 0, 0, 90], [0, 0, 80, 70]]


def test_a_picture_that_is_all_breast_has_no_background_and_becomes_black():
    assert not background_only(PICTURE, np.ones_like(BREAST)).any()


def test_a_fortieth_of_the_longer_side_around_the_breast_belongs_to_it():
    breast = np.zeros((80, 60), bool)
    breast[40, 30] = True
    rows, columns = np.nonzero(widened(breast))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (38, 42, 28, 32)


def control(value, low, high, *, women=40):
    background = Interval(value, low, high)
    return BackgroundControl(160, women, 3, Interval(0.8, 0.7, 0.9), Interval(0.75, 0.6, 0.85), background)


@pytest.mark.parametrize(
    ("figures", "women", "light"),
    [
        ((0.8, 0.7, 0.9), 40, "red"),
        ((0.57, 0.51, 0.63), 40, "amber"),
        ((0.6, 0.5, 0.7), 40, "green"),
        ((0.4, 0.3, 0.49), 40, "green"),
        ((0.8, 0.7, 0.9), 19, "unknown"),
        ((None, None, None), 40, "unknown"),
    ],
    ids=["tells the classes", "tells a little", "touches chance", "worse than chance", "few women", "undefined"],
)
def test_the_light_goes_by_the_interval_of_the_background_alone(figures, women, light):
    found = control(*figures, women=women)
    assert found.light == light
    assert BackgroundControl.from_json(found.to_json()) == found


def test_the_sentence_gives_all_three_figures_with_their_intervals():
    assert str(control(0.8, 0.7, 0.9)) == (
        "With the breast blanked out the model still tells the classes: AUC 0.80 (0.70 to 0.90) from the background "
        "alone, 0.75 (0.60 to 0.85) from the breast alone, 0.80 (0.70 to 0.90) from both."
    )
    assert str(control(0.8, 0.7, 0.9, women=19)) == (
        "Whether the background tells the class can't be judged: 19 women are too few, 20 are needed."
    )
