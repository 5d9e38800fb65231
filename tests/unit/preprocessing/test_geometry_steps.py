"""Each geometry step: which pixels stay, and that the way back to the source is kept true."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from mammo.imaging.breast import breast_box, breast_mask
from mammo.preprocessing import GEOMETRY_STEPS, Picture


def planted(height=120, width=90, spot=(40, 30)):
    """A breast on the left with a round spot; and the spot's mask."""
    rows, columns = np.mgrid[:height, :width]
    breast = ((rows - height / 2) / (0.4 * height)) ** 2 + (columns / (0.7 * width)) ** 2 < 1
    mask = (rows - spot[0]) ** 2 + (columns - spot[1]) ** 2 < 5**2
    return (0.4 * breast + 0.5 * mask).astype(np.float32), mask


def after(name, picture, **values):
    return GEOMETRY_STEPS[name].apply(picture, **values)


def overlap(one, other):
    return (one & other).sum() / (one | other).sum()


CHAINS = {
    "crop": [("crop_breast", {"margin": 2})],
    "squash": [("resize", {"size": 64, "fit": "squash"})],
    "letterbox": [("resize", {"size": 80, "fit": "letterbox"})],
    "enlarge": [("resize", {"size": 300, "fit": "letterbox"})],
    "turn": [("face_right", {})],
    "all": [("crop_breast", {"margin": 5}), ("face_right", {}), ("resize", {"size": 77, "fit": "letterbox"})],
    "all squashed": [("crop_breast", {"margin": 0}), ("face_right", {}), ("resize", {"size": 150, "fit": "squash"})],
}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
@pytest.mark.parametrize("mirrored", [False, True], ids=["wall left", "wall right"])
@pytest.mark.parametrize("size", [(120, 90), (90, 120)], ids=["tall", "wide"])
def test_a_spot_is_found_where_the_matrix_says_and_its_mask_follows(chain, mirrored, size):
    film, spot = planted(*size)
    if mirrored:
        film, spot = film[:, ::-1].copy(), spot[:, ::-1].copy()
    picture = Picture(film)
    for name, values in chain:
        picture = after(name, picture, **values)
    seen = picture.pixels > 0.65
    row, column = (center + 0.5 for center in ndimage.center_of_mass(spot))
    x, y, _ = picture.matrix @ (column, row, 1)
    found_row, found_column = (center + 0.5 for center in ndimage.center_of_mass(seen))
    assert (x, y) == pytest.approx((found_column, found_row), abs=0.5)
    assert overlap(picture.follow(spot), seen) > 0.7


def test_a_mask_that_nothing_moved_stays_as_it_is():
    film, spot = planted()
    np.testing.assert_array_equal(Picture(film).follow(spot), spot)


def test_a_mask_of_one_pixel_is_not_lost_in_a_small_picture():
    film, _ = planted(1200, 900)
    dot = np.zeros(film.shape, np.bool_)
    dot[700, 300] = True
    followed = after("resize", Picture(film), size=64, fit="squash").follow(dot)
    assert followed.any()
    assert followed[int(700 * 64 / 1200), int(300 * 64 / 900)]


def test_an_empty_mask_stays_empty():
    film, spot = planted()
    assert not after("resize", Picture(film), size=64, fit="squash").follow(np.zeros_like(spot)).any()


def test_a_crop_without_margin_is_the_box_of_the_breast_and_changes_no_pixel():
    film, _ = planted()
    box = breast_box(breast_mask(film))
    cropped = after("crop_breast", Picture(film), margin=0)
    np.testing.assert_array_equal(cropped.pixels, film[box.top : box.bottom, box.left : box.right])


def test_a_margin_is_a_share_of_the_longer_side_and_ends_at_the_film():
    film, _ = planted(200, 160)
    box = breast_box(breast_mask(film))
    extra = round(0.05 * max(box.right - box.left, box.bottom - box.top))
    height, width = after("crop_breast", Picture(film), margin=5).pixels.shape
    assert (height, width) == (box.bottom - box.top + 2 * extra, box.right - box.left + extra)  # none at the chest wall
    assert after("crop_breast", Picture(film), margin=50).pixels.shape == film.shape


def test_what_is_not_breast_becomes_black_and_the_breast_stays():
    film, _ = planted()
    film[5:25, 70:88] = 1
    masked = after("mask_background", Picture(film)).pixels
    mask = breast_mask(film)
    assert not masked[~mask].any()
    np.testing.assert_array_equal(masked[mask], film[mask])


def test_both_sides_face_the_same_way():
    film, _ = planted()
    turned = after("face_right", Picture(film[:, ::-1].copy()))
    np.testing.assert_array_equal(turned.pixels, film)
    assert after("face_right", Picture(film)).pixels is film
    np.testing.assert_array_equal(turned.matrix @ (0, 7, 1), (film.shape[1], 7, 1))


def test_shrinking_by_a_whole_number_averages():
    film = np.random.default_rng(0).random((96, 64), np.float32)
    small = after("resize", Picture(film), size=32, fit="squash").pixels
    np.testing.assert_allclose(small, film.reshape(32, 3, 32, 2).mean(axis=(1, 3)), atol=1e-6)


def test_enlarging_is_linear_between_pixel_centers():
    ramp = np.tile(np.linspace(0, 1, 40, dtype=np.float32), (40, 1))
    large = after("resize", Picture(ramp), size=80, fit="squash").pixels
    centers = ((np.arange(80) + 0.5) / 2 - 0.5).clip(0, 39) / 39
    np.testing.assert_allclose(large[11], centers, atol=1e-6)


@pytest.mark.parametrize("mirrored", [False, True], ids=["wall left", "wall right"])
def test_a_letterbox_keeps_the_shape_and_pads_away_from_the_chest_wall(mirrored):
    film, _ = planted(120, 60)
    film += np.float32(0.1)
    boxed = after("resize", Picture(film[:, ::-1].copy() if mirrored else film), size=120, fit="letterbox").pixels
    padding, kept = (boxed[:, :60], boxed[:, 60:]) if mirrored else (boxed[:, 60:], boxed[:, :60])
    assert not padding.any()
    np.testing.assert_array_equal(kept, film[:, ::-1] if mirrored else film)


def test_a_wide_picture_is_padded_alike_above_and_below():
    film, _ = planted(60, 120)
    film += np.float32(0.1)
    boxed = after("resize", Picture(film), size=120, fit="letterbox").pixels
    assert not boxed[:30].any()
    assert not boxed[90:].any()
    np.testing.assert_array_equal(boxed[30:90], film)


@pytest.mark.parametrize("name", list(GEOMETRY_STEPS))
def test_a_step_leaves_its_picture_alone_and_stays_in_range(name):
    film, _ = planted()
    before = film.copy()
    values = {parameter.name: parameter.default for parameter in GEOMETRY_STEPS[name].parameters}
    pixels = after(name, Picture(film), **values).pixels
    np.testing.assert_array_equal(film, before)
    assert pixels.dtype == np.float32
    assert 0 <= pixels.min() <= pixels.max() <= 1


def test_a_picture_is_warned_of_a_thing_once():
    picture = Picture(np.zeros((4, 4), np.float32)).warned("odd").warned("odd").warned("also odd")
    assert picture.warnings == ("odd", "also odd")
