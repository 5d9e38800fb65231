"""Counts of gray levels by hand, and percentiles against numpy's."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.imaging.histogram import BINS, histogram, is_constant, percentiles


def test_each_level_is_counted():
    image = np.float32([[0, 1 / 3, 1 / 3], [2 / 3, 1, 1]])
    assert histogram(image, bins=4).tolist() == [1, 2, 1, 2]


def test_only_what_is_inside_the_mask_is_counted():
    image = np.float32([[0, 0, 1], [1, 1, 0.5]])
    mask = np.array([[True, False, True], [False, False, True]])
    assert histogram(image, mask, bins=3).tolist() == [1, 1, 1]


def test_values_beyond_the_range_count_at_its_ends():
    assert histogram(np.float32([[-0.5, 0, 1.5]]), bins=2).tolist() == [2, 1]


@pytest.mark.parametrize(("top", "dtype"), [(255, np.uint8), (4095, np.uint16), (65535, np.uint16)])
def test_the_levels_of_a_stored_picture_are_told_apart(top, dtype):
    stored = np.arange(top + 1, dtype=dtype).reshape(16, -1)
    counts = histogram(stored / np.float32(top))
    assert counts.shape == (BINS,)
    assert (counts == 1).sum() == counts.sum() == top + 1


@pytest.mark.parametrize("top", [255, 65535])
@pytest.mark.parametrize("masked", [True, False], ids=["masked", "all"])
def test_percentiles_are_numpys(top, masked):
    rng = np.random.default_rng(top)
    stored = rng.integers(0, top + 1, (61, 47))
    image = (stored / top).astype(np.float32)
    mask = rng.random(image.shape) < 0.4 if masked else None
    wanted = [0, 0.5, 1, 25, 50, 80.5, 99, 99.9, 100]
    expected = np.percentile(image[mask] if masked else image, wanted)
    np.testing.assert_allclose(percentiles(image, wanted, mask), expected, atol=1e-6)


def test_percentiles_of_one_pixel_are_that_pixel():
    assert percentiles(np.float32([[0.2]]), [0, 50, 100]) == pytest.approx([0.2] * 3, abs=1e-5)


def test_percentiles_of_nothing_are_zero():
    assert percentiles(np.ones((3, 3), np.float32), [1, 99], np.zeros((3, 3), np.bool_)) == [0.0, 0.0]


def test_one_pixel_of_another_level_is_not_constant():
    image = np.full((5, 5), 0.3, np.float32)
    assert is_constant(image)
    image[4, 4] = np.nextafter(np.float32(0.3), np.float32(1))
    assert not is_constant(image)
