import math

import numpy as np
import pytest

from mammo.augmentation.warp import lesion_kept, warp, warp_mask

QUARTER_TURN = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])  # clockwise on the screen
MIRROR = np.diag([-1.0, 1, 1])


@pytest.fixture(params=[np.uint8, np.uint16], ids=["uint8", "uint16"])
def stored(request):
    top = np.iinfo(request.param).max
    return np.random.default_rng(0).integers(0, top, (9, 9), endpoint=True).astype(request.param)


def test_the_identity_changes_no_bit(stored):
    np.testing.assert_array_equal(warp(stored, np.eye(3)), stored)


def test_a_mirror_is_exact(stored):
    np.testing.assert_array_equal(warp(stored, MIRROR), stored[:, ::-1])


def test_a_quarter_turn_is_exact(stored):
    np.testing.assert_array_equal(warp(stored, QUARTER_TURN), np.rot90(stored, -1))


def test_a_shift_fills_with_black(stored):
    shift = np.array([[1.0, 0, 2], [0, 1, -1], [0, 0, 1]])
    moved = warp(stored, shift)
    np.testing.assert_array_equal(moved[:-1, 2:], stored[1:, :-2])
    assert not moved[-1].any()
    assert not moved[:, :2].any()


def test_a_mask_moves_with_its_picture():
    mask = np.zeros((9, 9), bool)
    mask[1, 2] = True
    assert np.argwhere(warp_mask(mask, MIRROR)).tolist() == [[1, 6]]


def test_the_share_of_a_lesion_that_stays():
    mask = np.zeros((10, 10), bool)
    mask[:, 4:8] = True
    assert lesion_kept(mask, np.eye(3)) == 1
    assert math.isclose(lesion_kept(mask, np.array([[1.0, 0, 4], [0, 1, 0], [0, 0, 1]])), 0.5)
    assert lesion_kept(np.zeros((10, 10), bool), MIRROR) == 1


def test_a_result_goes_where_it_is_wanted(stored):
    batch = np.full((3, *stored.shape), 7, stored.dtype)
    turned = warp(stored, QUARTER_TURN, out=batch[1])
    assert np.shares_memory(turned, batch)
    np.testing.assert_array_equal(batch[1], np.rot90(stored, -1))
    assert (batch[[0, 2]] == 7).all()
