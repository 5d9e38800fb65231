from __future__ import annotations

import cv2
import numpy as np
import pytest

from mammo.datasets import Lesion
from mammo.datasets.regions import MIN_SIDE, Region, crop, lesion_regions, normal_regions
from mammo.errors import DatasetError, ParameterError
from mammo.imaging.breast import breast_mask
from mammo.imaging.reading import read_image

HEIGHT, WIDTH = 240, 180


@pytest.fixture
def film_on_disk(sample, write_film, tmp_path):
    """Makes a sample with a real file of 240 x 180 pixels: a breast on the left, or on the right if mirrored."""

    def make(file, label, *, is_mirrored=False, **facts):
        rows, columns = np.mgrid[:HEIGHT, :WIDTH]
        breast = ((rows - 120) / 100) ** 2 + (columns / 120) ** 2 < 1
        pixels = (breast * (120 + 60 * np.cos(rows / 15) * np.cos(columns / 12))).astype(np.uint8)
        write_film(file, pixels=pixels[:, ::-1] if is_mirrored else pixels)
        return sample(file, label, path=tmp_path / file, width_px=WIDTH, height_px=HEIGHT, **facts)

    return make


@pytest.fixture
def films(film_on_disk):
    """A left film with a lesion, and twelve normal ones, odd numbers right."""
    lesion = Lesion("malignant", "SPIC", x_px=60, y_px=90, radius_px=20)
    normals = [
        film_on_disk(f"normal{number:02d}.png", "normal", is_mirrored=number % 2 == 1, laterality="LR"[number % 2])
        for number in range(12)
    ]
    return [film_on_disk("ill.png", "malignant", laterality="L", lesions=(lesion,)), *normals]


def place(region):
    return round(region.center_x_px), round(region.center_y_px)


def in_breast(films, region):
    path = next(film.path for film in films if film.id == region.sample_id)
    x, y = int(region.center_x_px), int(region.center_y_px)
    return cv2.dilate(breast_mask(read_image(path).pixels).astype(np.uint8), np.ones((3, 3)))[y, x] == 1


def test_a_crop_is_the_square_of_the_film_and_says_where_it_begins():
    image = np.arange(20, dtype=np.float32).reshape(4, 5) / 20
    pixels, left, top = crop(image, Region("a", 2, 2, 2, "benign", "lesion"))

    assert (left, top) == (1, 1)
    assert np.array_equal(pixels, image[1:3, 1:3])


def test_beyond_the_edge_a_crop_is_black():
    image = np.ones((4, 5), np.float32)
    pixels, left, top = crop(image, Region("a", 0, 4, 4, "benign", "lesion"))

    assert (left, top) == (-2, 2)
    assert pixels.tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_a_crop_wholly_outside_is_black():
    assert not crop(np.ones((4, 5), np.float32), Region("a", 50, 50, 4, "benign", "lesion"))[0].any()


def test_a_lesion_region_is_as_wide_as_the_lesion_times_the_context(films):
    (region,) = lesion_regions(films, context=2)

    assert region == Region("ill.png", 60, 90, 80, "malignant", "lesion", 0)
    assert region.id == "ill.png#lesion0"


def test_a_small_lesion_and_one_without_radius_get_the_smallest_side(sample):
    lesions = (Lesion("benign", "CALC", 10, 10, 0.5), Lesion("benign", "CALC", 20, 20), Lesion("benign", "CALC"))
    regions = lesion_regions([sample("a.png", "benign", width_px=300, height_px=400, lesions=lesions)])

    assert [region.side_px for region in regions] == [MIN_SIDE * 400] * 2
    assert [region.id for region in regions] == ["a.png#lesion0", "a.png#lesion1"]


def test_the_region_of_a_mask_lies_around_its_box(film_on_disk, write_film):
    drawn = cv2.rectangle(np.zeros((HEIGHT, WIDTH), np.uint8), (30, 100), (69, 119), 255, -1)
    write_film("ill_mask.png", pixels=drawn)
    film = film_on_disk("ill.png", "benign", lesions=(Lesion("benign", mask_file="ill_mask.png"),))
    (region,) = lesion_regions([film], context=1.5)

    assert (region.center_x_px, region.center_y_px, region.side_px) == (50, 110, 60)


def test_a_context_below_one_would_cut_the_lesion(films):
    with pytest.raises(ParameterError, match="at least 1"):
        lesion_regions(films, context=0.5)


def test_each_normal_film_gives_one_region_as_wide_as_a_lesion_region(films):
    lesions = lesion_regions(films)
    regions = normal_regions(films, lesions)

    assert [region.sample_id for region in regions] == [film.id for film in films[1:]]
    assert {(region.label, region.source, region.side_px) for region in regions} == {("normal", "normal", 60)}
    assert regions[0].id == "normal00.png#normal0"


def test_a_region_at_a_lesion_is_mirrored_to_the_side_of_its_film(films):
    regions = normal_regions(films, lesion_regions(films), placement="at_lesions")

    assert {place(region) for region in regions[0::2]} == {(60, 90)}
    assert {place(region) for region in regions[1::2]} == {(WIDTH - 60, 90)}


def test_without_lateralities_the_pixels_tell_the_side(film_on_disk):
    lesion = Lesion("malignant", "SPIC", x_px=60, y_px=90, radius_px=20)
    films = [
        film_on_disk("ill.png", "malignant", lesions=(lesion,)),
        film_on_disk("ok.png", "normal", is_mirrored=True),
    ]
    (region,) = normal_regions(films, lesion_regions(films))

    assert place(region) == (WIDTH - 60, 90)


def test_a_lesion_outside_the_normal_breast_is_moved_into_it(film_on_disk):
    lesion = Lesion("malignant", "SPIC", x_px=170, y_px=5, radius_px=20)
    films = [film_on_disk("ill.png", "malignant", lesions=(lesion,)), film_on_disk("ok.png", "normal")]
    (region,) = normal_regions(films, lesion_regions(films))

    assert place(region) != (170, 5)
    assert in_breast(films, region)


def test_random_regions_lie_in_the_breast_and_spread_over_it(films):
    lesions = lesion_regions(films)
    regions = [region for seed in range(8) for region in normal_regions(films, lesions, placement="random", seed=seed)]
    heights = [region.center_y_px for region in regions]

    assert all(in_breast(films, region) for region in regions)
    assert (min(heights), max(heights)) == (pytest.approx(30, abs=15), pytest.approx(210, abs=15))


@pytest.mark.parametrize("placement", ["at_lesions", "random"])
def test_a_normal_region_depends_on_seed_and_film_but_not_on_the_order(films, placement):
    lesions = lesion_regions(films)
    forth = normal_regions(films, lesions, placement=placement, seed=1)
    back = normal_regions(films[::-1], lesions[::-1], placement=placement, seed=1)
    without_others = normal_regions(films[:3], lesions, placement=placement, seed=1)

    assert forth == back
    assert without_others == forth[:2]


def test_more_squares_of_a_film_add_to_the_first_and_are_drawn_apart(films):
    lesions = lesion_regions(films)
    one = normal_regions(films, lesions, placement="random")
    three = normal_regions(films, lesions, placement="random", count=3)

    assert three[::3] == one
    assert [region.number for region in three] == [0, 1, 2] * len(one)
    assert len({place(region) for region in three[:3]}) == 3


def test_the_size_follows_the_height_of_the_film(films, write_film, tmp_path, sample):
    tall = cv2.resize(cv2.imread(str(films[1].path), cv2.IMREAD_UNCHANGED), (2 * WIDTH, 2 * HEIGHT))
    write_film("tall.png", pixels=tall)
    facts = {"path": tmp_path / "tall.png", "width_px": 2 * WIDTH, "height_px": 2 * HEIGHT, "laterality": "L"}
    (region,) = normal_regions([films[0], sample("tall.png", "normal", **facts)], lesion_regions(films))

    assert (region.side_px, *place(region)) == (120, pytest.approx(120, abs=1), pytest.approx(180, abs=1))


def test_without_lesions_nothing_says_how_large_a_region_is(films):
    with pytest.raises(DatasetError, match="there are none"):
        normal_regions(films, ())
