"""What is planted in a picture is flagged, and nothing else; real films are not called inverted."""

from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest

from mammo.imaging.quality import quality_flags
from mammo.imaging.reading import read_image


@pytest.fixture
def film():
    """A breast of textured tissue beside smooth air, 400 x 300 pixels."""
    rows, columns = np.mgrid[:400, :300]
    breast = (rows - 200) ** 2 + columns**2 < 180**2
    tissue = cv2.GaussianBlur(np.random.default_rng(0).random((400, 300), np.float32), (0, 0), 2) - 0.5
    air = 0.002 * np.random.default_rng(1).standard_normal((400, 300))
    return np.where(breast, 0.45 + tissue, 0.03 + air).clip(0, 1).astype(np.float32)


def test_a_sound_film_has_no_flag(film):
    assert quality_flags(film) == ()


@pytest.mark.parametrize("level", [0.0, 7 / 255, 1.0])
def test_a_constant_picture_is_that_and_nothing_else(level):  # B23
    assert quality_flags(np.full((400, 300), level, np.float32)) == ("constant image",)


def test_noise_without_contrast_is_blank():
    noise = 0.5 + 0.002 * np.random.default_rng(0).standard_normal((400, 300))
    assert "blank: almost no contrast" in quality_flags(noise.astype(np.float32))


def test_a_film_with_a_burnt_out_breast_is_saturated_and_says_how_much(film):
    burnt = film.copy()
    burnt[100:300, :120] = 1
    (flag,) = (one for one in quality_flags(burnt) if one.startswith("saturated"))
    breast = np.pi * 180**2 / 2
    assert int(flag.split()[1]) == pytest.approx(100 * 200 * 120 / breast, abs=3)


def test_a_negative_is_inverted(film):
    assert quality_flags(1 - film) == ("inverted: the background is bright",)


def test_rows_of_one_gray_at_the_bottom_are_a_cut(film):
    cut = film.copy()
    cut[300:] = 0.5
    assert "cut: the lower rows hold one gray level" in quality_flags(cut)


@pytest.mark.parametrize(("first", "level"), [(300, 0.0), (345, 0.5)], ids=["black is air", "a narrow strip"])
def test_air_and_a_narrow_strip_are_no_cut(film, first, level):
    film[first:] = level
    assert not any(flag.startswith("cut") for flag in quality_flags(film))


def test_a_small_picture_is_tiny_and_says_its_size(film):
    small = cv2.resize(film, (150, 200), interpolation=cv2.INTER_AREA)
    assert quality_flags(small) == ("tiny: 150 x 200 pixels",)


def test_the_picture_is_left_as_it_was(film):
    before = film.copy()
    quality_flags(film)
    np.testing.assert_array_equal(film, before)


@pytest.mark.shared
def test_real_films_are_rarely_called_inverted_and_their_negatives_nearly_always(shared):
    folder = shared / "data" / "mias-dev"
    with (folder / "labels.csv").open() as table:
        films = [read_image(folder / row["file"]).pixels for row in csv.DictReader(table)]

    def share_inverted(pictures):
        return np.mean([any(flag.startswith("inverted") for flag in quality_flags(one)) for one in pictures])

    assert share_inverted(films) <= 0.01
    assert share_inverted([1 - film for film in films[::4]]) >= 0.95
