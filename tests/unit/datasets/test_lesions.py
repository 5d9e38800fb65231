from __future__ import annotations

import cv2
import numpy as np
import pytest

from mammo.datasets import Lesion
from mammo.datasets.lesions import lesion_box, lesion_mask
from mammo.errors import ImageError


@pytest.fixture
def masked(sample, write_film, tmp_path):
    """Makes a sample of 200 x 160 pixels whose lesions have these masks (arrays) as files."""

    def make(*masks, size=(160, 200), suffix="png"):
        lesions = []
        for number, pixels in enumerate(masks):
            write_film(f"film_mask{number}.{suffix}", pixels=pixels)
            lesions.append(Lesion("benign", mask_file=f"film_mask{number}.{suffix}"))
        facts = {"width_px": size[0], "height_px": size[1], "lesions": tuple(lesions), "path": tmp_path / "film.png"}
        return sample("film.png", "benign", **facts)

    return make


def disc(x, y, radius, *, thickness=-1, value=255, shape=(200, 160), dtype=np.uint8):
    return cv2.circle(np.zeros(shape, dtype), (x, y), radius, value, thickness)


def test_a_circle_covers_the_pixels_whose_centers_lie_in_it(sample):
    film = sample("a.png", "benign", width_px=6, height_px=5, lesions=(Lesion("benign", "", 3, 2, 1.6),))

    assert lesion_mask(film).astype(int).tolist() == [
        [0, 0, 1, 1, 0, 0],
        [0, 1, 1, 1, 1, 0],
        [0, 1, 1, 1, 1, 0],
        [0, 0, 1, 1, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ]


def test_a_circle_smaller_than_a_pixel_keeps_the_pixel_it_is_in(sample):
    film = sample("a.png", "benign", width_px=6, height_px=5, lesions=(Lesion("benign", "", 3.1, 2.9, 0.05),))

    assert np.argwhere(lesion_mask(film)).tolist() == [[2, 3]]


def test_a_circle_over_the_edge_is_cut_off_there(sample):
    film = sample("a.png", "benign", width_px=60, height_px=50, lesions=(Lesion("benign", "", 58, 25, 10),))
    box = lesion_box(film)

    assert (box.left, box.top, box.right, box.bottom) == (48, 15, 60, 35)


def test_a_lesion_without_place_has_an_empty_mask_and_no_box(sample):
    film = sample("a.png", "benign", lesions=(Lesion("benign", "CALC"),))

    assert lesion_mask(film).shape == (96, 64)
    assert not lesion_mask(film).any()
    assert lesion_box(film) is None


def test_an_outline_is_filled(masked):
    outline = lesion_mask(masked(disc(80, 100, 40, thickness=1)))

    assert np.array_equal(outline, disc(80, 100, 40) > 0)


def test_an_outline_with_a_small_gap_is_filled(masked):
    whole = disc(80, 100, 40, thickness=2)
    broken = whole.copy()
    broken[98:102, 110:130] = 0
    mask = lesion_mask(masked(broken))

    assert mask[100, 80]
    assert np.sum(mask != lesion_mask(masked(whole))) <= 8


def test_filling_a_filled_mask_changes_nothing(masked):
    filled = disc(80, 100, 40)

    assert np.array_equal(lesion_mask(masked(filled)), filled > 0)


def test_the_frame_around_an_outline_at_the_edge_is_not_filled(masked):
    mask = lesion_mask(masked(disc(0, 100, 30)))

    assert np.array_equal(mask, disc(0, 100, 30) > 0)


def test_ringing_of_a_jpeg_mask_is_not_lesion(masked):
    drawn = disc(80, 100, 40)
    mask = lesion_mask(masked(drawn, suffix="jpg"))

    assert np.mean(mask == (drawn > 0)) > 0.995


@pytest.mark.parametrize(("value", "dtype"), [(1, np.uint8), (255, np.uint16), (65535, np.uint16)])
def test_masks_of_any_depth_are_read(masked, value, dtype):
    mask = lesion_mask(masked(disc(80, 100, 40, value=value, dtype=dtype)))

    assert np.array_equal(mask, disc(80, 100, 40) > 0)


def test_a_black_mask_is_empty(masked):
    assert not lesion_mask(masked(np.zeros((200, 160), np.uint8))).any()


def test_all_lesions_of_a_film_are_united_and_one_can_be_asked_for(masked):
    film = masked(disc(40, 50, 10), disc(120, 150, 20))
    first = lesion_box(film, film.lesions[0])

    assert np.array_equal(lesion_mask(film), (disc(40, 50, 10) | disc(120, 150, 20)) > 0)
    assert (first.left, first.top, first.right, first.bottom) == (30, 40, 51, 61)


def test_a_mask_of_another_size_is_brought_to_the_film(masked):
    mask = lesion_mask(masked(disc(80, 100, 40), size=(320, 400)))

    assert mask.shape == (400, 320)
    assert np.mean(mask == (disc(160, 200, 80, shape=(400, 320)) > 0)) > 0.99


def test_a_mask_that_is_no_image_is_told(masked, tmp_path):
    film = masked(disc(80, 100, 40))
    (tmp_path / "film_mask0.png").write_text("<html>")

    with pytest.raises(ImageError):
        lesion_mask(film)


def test_a_mask_is_opened_only_in_a_limited_process(masked, monkeypatch):  # F47
    film = masked(disc(80, 100, 40))
    monkeypatch.setattr("mammo.imaging.reading.decode_image", lambda *_, **__: pytest.fail("opened here"))
    assert np.array_equal(lesion_mask(film), disc(80, 100, 40) > 0)
