import cv2
import numpy as np
import pytest

from mammo.imaging.display import breast_jpeg, reduced


def decoded(jpeg):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_UNCHANGED)


def everywhere(image):
    return np.ones(image.shape, np.bool_)


def test_any_shape_fills_a_box_of_the_same_size_and_is_never_distorted():
    wide = np.full((50, 100), 0.5, np.float32)
    shown = decoded(breast_jpeg(wide, everywhere(wide), (200, 300)))
    assert shown.shape == (300, 200)
    bright = np.flatnonzero(shown[:, 100] > 64)
    assert (bright[0], bright[-1]) == pytest.approx((100, 199), abs=1)
    assert shown[150, [0, -1]].min() > 100


def test_gray_levels_come_through_to_within_the_compression():
    ramp = np.tile(np.linspace(0, 1, 256, dtype=np.float32), (64, 1))
    shown = decoded(breast_jpeg(ramp, everywhere(ramp), (256, 64)))
    assert np.abs(shown.astype(int) - np.arange(256)).max() <= 4


def test_the_picture_is_cut_around_the_breast_with_a_margin():
    image = np.zeros((100, 100), np.float32)
    breast = np.zeros((100, 100), np.bool_)
    breast[20:60, 0:40] = True
    image[breast] = 0.8
    image[80:, 80:] = 1  # a label far away
    shown = decoded(breast_jpeg(image, breast, (100, 100)))
    assert shown.max() < 225
    assert (shown > 100).mean() == pytest.approx(40 * 40 / (42 * 42), abs=0.05)


def test_a_box_of_one_pixel_does_not_fail():
    dot = np.ones((1, 500), np.float32)
    assert decoded(breast_jpeg(dot, everywhere(dot), (10, 10))).shape == (10, 10)


def test_reducing_averages_and_keeps_the_shape():
    image = np.kron(np.float32([[0, 1], [1, 0]]), np.ones((50, 100), np.float32))
    small = reduced(image, 20)
    assert small.shape == (10, 20)
    assert small.dtype == np.float32
    assert small.mean() == pytest.approx(0.5, abs=1e-6)


def test_a_small_picture_is_not_enlarged():
    image = np.zeros((10, 20), np.float32)
    assert reduced(image, 20) is image
