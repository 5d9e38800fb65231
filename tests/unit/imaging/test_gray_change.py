import numpy as np
import pytest

from mammo.enhancement import ENHANCEMENTS
from mammo.imaging.gray_change import BINS, gray_change

RAMP = (np.arange(4096, dtype=np.float32) / 4095).reshape(64, 64)
INSIDE = np.ones(RAMP.shape, np.bool_)


def test_the_curve_of_a_stretch_is_the_line_it_was_made_of():
    after = ENHANCEMENTS["stretch_limits"](RAMP, {"black": 0.25, "white": 0.75})
    curve = np.array(gray_change(RAMP, after, INSIDE).curve)
    assert curve[:, 1] == pytest.approx(np.clip((curve[:, 0] - 0.25) / 0.5, 0, 1), abs=1e-4)
    assert len(curve) == 256


def test_few_levels_give_a_point_each():
    before = np.float32([[0.2, 0.4], [0.4, 0.8]])
    change = gray_change(before, before**2, np.ones((2, 2), np.bool_))
    assert np.array(change.curve) == pytest.approx(np.array([[0.2, 0.04], [0.4, 0.16], [0.8, 0.64]]), abs=1e-5)


def test_a_method_that_weighs_neighbors_has_no_curve():
    noise = np.random.default_rng(0).random((64, 64)).round(2).astype(np.float32)
    assert gray_change(noise, ENHANCEMENTS["median"](noise), INSIDE).curve is None


@pytest.mark.parametrize("method", ["contrast_stretch", "gamma", "equalize_histogram", "stretch_percentiles"])
def test_every_method_by_gray_level_has_a_rising_curve(method):
    curve = gray_change(RAMP, ENHANCEMENTS[method](RAMP), INSIDE).curve
    assert curve is not None
    assert np.all(np.diff([output for _, output in curve]) >= 0)


def test_clipped_shares_count_the_breast_only():
    before = np.float32([[0.25, 0.5, 0.75, 1.0], [0.0, 0.0, 0.0, 0.0]])
    breast = np.zeros((2, 4), np.bool_)
    breast[0] = True
    change = gray_change(before, np.clip((before - 0.25) / 0.5, 0, 1), breast)
    assert (change.black, change.white) == (0.25, 0.5)
    assert (change.black_before, change.white_before) == (0, 0.25)


def test_histograms_count_every_pixel_of_the_breast_once():
    breast = RAMP > 0.5
    change = gray_change(RAMP, RAMP, breast)
    assert change.before.sum() == change.after.sum() == breast.sum()
    assert change.before.shape == (BINS,)
    assert change.before[: BINS // 2 - 1].sum() == 0


def test_an_unchanged_picture_has_the_identity_as_its_curve():
    curve = np.array(gray_change(RAMP, RAMP, INSIDE).curve)
    assert curve[:, 0] == pytest.approx(curve[:, 1], abs=1e-4)
