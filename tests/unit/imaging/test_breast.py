"""The outline of the breast against planted shapes, and on real films."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from mammo.imaging.breast import Box, breast_box, breast_mask, chest_wall_side, mask_fraction
from mammo.imaging.reading import read_image


def planted(height=512, width=400, seed=0):
    """A film in noisy gray with its chest wall on the left, and where its breast is: half an ellipse."""
    rows, columns = np.mgrid[:height, :width]
    breast = ((rows - height / 2) / (0.42 * height)) ** 2 + (columns / (0.6 * width)) ** 2 < 1
    rng = np.random.default_rng(seed)
    tissue = 0.35 + 0.25 * np.exp(-(((rows - height / 2) / 90) ** 2) - ((columns - width / 5) / 60) ** 2)
    film = np.where(breast, tissue, 0.04) + 0.01 * rng.standard_normal((height, width))
    return film.clip(0, 1).astype(np.float32), breast


def overlap(one, other):
    return (one & other).sum() / (one | other).sum()


@pytest.mark.parametrize("size", [(512, 400), (200, 150), (1200, 900), (96, 128)])
def test_a_planted_breast_is_found(size):
    film, breast = planted(*size)
    assert overlap(breast_mask(film), breast) > 0.93


def test_labels_tape_and_a_white_border_are_left_out():
    film, breast = planted()
    film[20:60, 330:390] = 1  # a label
    film[470:500, 200:390] = 0.8  # tape
    film[:, -8:] = 1
    film[:6] = 1
    mask = breast_mask(film)
    assert overlap(mask, breast) > 0.95
    assert not mask[:, 320:].any()


def test_a_dark_place_inside_belongs_to_the_breast():
    film, breast = planted()
    film[240:270, 60:100] = 0
    assert breast_mask(film)[240:270, 60:100].all()
    assert overlap(breast_mask(film), breast) > 0.95


def test_a_mirrored_film_has_the_mirrored_mask():
    film, _ = planted()
    assert overlap(breast_mask(film[:, ::-1].copy()), breast_mask(film)[:, ::-1]) > 0.99


@pytest.mark.parametrize("share", [0.3, 0.6, 1.5])
def test_exposure_does_not_move_the_outline(share):
    film, breast = planted()
    assert overlap(breast_mask((film * share).clip(0, 1)), breast) > 0.93


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_where_no_breast_can_be_told_the_whole_picture_counts(level):
    assert breast_mask(np.full((80, 70), level, np.float32)).all()


def test_a_speck_is_no_breast():
    film = np.zeros((300, 300), np.float32)
    film[140:155, 0:15] = 0.7
    assert breast_mask(film).all()


def test_the_larger_one_at_an_edge_is_taken_not_the_brighter_one_in_the_middle():
    film, breast = planted()
    film[20:120, 270:380] = 0.95  # large, and touching no edge
    assert overlap(breast_mask(film), breast) > 0.9


def test_a_box_holds_its_mask_exactly():
    mask = np.zeros((6, 8), np.bool_)
    mask[2, 3] = mask[4, 5] = True
    assert breast_box(mask) == Box(left=3, top=2, right=6, bottom=5)
    assert breast_box(np.zeros((6, 8), np.bool_)) == Box(left=0, top=0, right=8, bottom=6)


def test_the_fraction_is_the_share_of_pixels():
    mask = np.zeros((4, 5), np.bool_)
    mask[0, :3] = True
    assert mask_fraction(mask) == pytest.approx(3 / 20)


@pytest.mark.parametrize("width", [400, 401])
def test_the_chest_wall_is_where_the_breast_is(width):
    film, _ = planted(width=width)
    assert chest_wall_side(film) == "left"
    assert chest_wall_side(film[:, ::-1].copy()) == "right"


@pytest.mark.shared
def test_real_films_have_plausible_breasts_on_the_side_that_their_labels_say(shared):
    """Films of right breasts have their chest wall on the left in this collection."""
    folder = shared / "data" / "mias-dev"
    with (folder / "labels.csv").open() as table:
        rows = list(csv.DictReader(table))
    films = [read_image(folder / row["file"]).pixels for row in rows]
    plausible = [0.12 <= mask_fraction(breast_mask(film)) <= 0.65 for film in films]
    agreeing = [
        chest_wall_side(film) == {"R": "left", "L": "right"}[row["laterality"]]
        for film, row in zip(films, rows, strict=True)
    ]
    assert len(films) == 224
    assert np.mean(plausible) >= 0.95
    assert np.mean(agreeing) >= 0.98
    assert all(agrees for agrees, sound in zip(agreeing, plausible, strict=True) if sound)
