"""Results: the map of embeddings, an area of it in the address, and the images inside."""

import json

import numpy as np
import pytest

from mammo.config import settings
from mammo.embedding.catalogue import Catalogue, KnownPicture, catalogue_path, write_catalogue
from mammo.embedding.plane import principal_plane
from tests.pages.test_results import results, tiles
from tests.pages.words import unescaped

__all__ = ["results"]
RIGHT_HALF = "0,-1100_1100,-1100_1100,1100_0,1100"


@pytest.fixture
def laid_out(store, tested):
    """Test films along a line; which of them lie on the right half of their map."""
    samples = store.data_sets.samples("phantoms")
    vectors = np.zeros((len(samples), 3), np.float32)
    vectors[:, 0], vectors[:, 1] = 1, np.linspace(0, 2, len(samples))
    pictures = tuple(KnownPicture.of(one.id, one, one.labels["case"], "test") for one in samples)
    known = Catalogue(pictures, vectors, "last", "00")
    write_catalogue(catalogue_path(settings().job_dir(tested)), known)
    plane = principal_plane(known.units)
    return {one.id for one, point in zip(samples, plane.points, strict=True) if point[0] > 0}


def headers(app):
    return [unescaped(one.value) for one in app.header]


def test_the_map_holds_every_test_image_and_says_how_much_it_shows(results, laid_out, store):
    app = results(section="plane")
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    shown = [text.split("<br>")[0] for trace in figure["data"] for text in trace["text"]]
    assert sorted(shown) == sorted(one.id for one in store.data_sets.samples("phantoms"))
    assert any("of the variance of all embeddings" in one.value for one in app.caption)
    assert not tiles(app)


def test_an_area_in_the_address_shows_exactly_the_images_inside(results, laid_out, predictor):
    app = results(section="plane", area=RIGHT_HALF)
    assert {tile["id"] for tile in tiles(app)} == laid_out
    assert f"Inside the line: {len(laid_out)} images" in headers(app)


def test_numbers_set_the_same_area_and_a_button_takes_it_away(results, laid_out, predictor):
    app = results(section="plane")
    first = next(one for one in app.slider if one.label == "First component")
    first.set_range(0.0, first.max).run()
    assert {tile["id"] for tile in tiles(app)} == laid_out
    assert app.query_params["area"]
    next(one for one in app.button if one.label == "No area").click().run()
    assert not tiles(app)
    assert "area" not in app.query_params


@pytest.mark.parametrize(
    "area", ["x", "1,2", "1,2_3", "1,2_3,4", "_".join(["1,1"] * 99), "1,2_nan,4_5,6", "_".join(["9" * 400 + ",1"] * 3)]
)
def test_an_area_that_means_nothing_is_none(results, laid_out, area):
    assert not tiles(results(section="plane", area=area))


def test_an_image_opens_in_place_of_the_map(results, laid_out, store, predictor):
    app = results(section="plane", image=store.data_sets.samples("phantoms")[0].id)
    assert "Nearest known cases (other women)" in headers(app)
    assert not app.get("plotly_chart")
