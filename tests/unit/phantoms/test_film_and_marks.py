"""Exposure, scanners, and what is written on the film."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.phantoms.film import SCANNERS, exposed, scanned
from mammo.phantoms.grid import Grid
from mammo.phantoms.marks import SYNTHETIC, add_marks, letters


def test_exposure_follows_the_films_curve():
    attenuation = np.array([[0, 1, 2, 3, 4]], np.float32)
    middle, deviation = 2 + 0.15 * np.sqrt(2), np.sqrt(2)
    expected = 1 / (1 + np.exp(-1.15 * (np.arange(5) - middle) / deviation))
    np.testing.assert_allclose(exposed(attenuation, np.ones((1, 5), bool))[0], expected, rtol=1e-5)


def test_exposure_adapts_to_the_breast():
    thin = np.random.default_rng(0).random((20, 20), dtype=np.float32)
    breast = np.ones((20, 20), bool)
    np.testing.assert_allclose(exposed(3 * thin + 5, breast), exposed(thin, breast), atol=1e-5)


@pytest.mark.parametrize("letter", SCANNERS)
def test_a_scanner_changes_gray_levels_by_gamma_and_fog_and_adds_its_noise(letter):
    grid, tone = Grid(2.0), SCANNERS[letter]
    picture = scanned(np.full(grid.shape, 0.5, np.float32), grid, letter, np.random.default_rng(0))
    assert picture.mean() == pytest.approx(tone.fog + (1 - tone.fog) * 0.5**tone.gamma, abs=0.001)
    assert picture.std() == pytest.approx(tone.noise, rel=0.05)


def test_letters_are_drawn_pixel_by_pixel():
    expected = ["1110111", "1000010", "1110010", "0010010", "1110010"]
    assert ["".join("1" if ink else "0" for ink in row) for row in letters("ST", 1)] == expected
    assert letters("ST", 3).shape == (15, 21)


@pytest.mark.parametrize("laterality", ["L", "R"])
@pytest.mark.parametrize("pitch", [0.5, 1.0, 2.0])
def test_every_film_says_synthetic_away_from_the_chest_wall(laterality, pitch):
    grid = Grid(pitch)
    marked = add_marks(np.zeros(grid.shape, np.float32), grid, laterality, "MLO", np.random.default_rng(0))
    word = letters(SYNTHETIC, max(1, round(0.75 / pitch)))
    windows = np.lib.stride_tricks.sliding_window_view((marked > 0.2) & (marked < 0.3), word.shape)
    found = np.argwhere((windows == word).all(axis=(2, 3)))
    assert len(found) == 1
    assert (found[0, 1] > grid.shape[1] / 2) == (laterality == "L")


def test_marks_leave_the_given_film_alone():
    grid = Grid(2.0)
    film = np.zeros(grid.shape, np.float32)
    add_marks(film, grid, "L", "CC", np.random.default_rng(0))
    assert not film.any()
