import cv2
import numpy as np
import pytest

from mammo.enhancement import ENHANCEMENTS
from mammo.errors import ParameterError
from mammo.imaging.display import breast_jpeg
from mammo.imaging.gray_image import to_stored
from mammo.ui.previews import SMALL_PX, read_small_film, tile


@pytest.fixture
def small(tmp_path, phantom):
    film = cv2.resize(phantom, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(tmp_path / "film.png"), to_stored(film, 16))
    return read_small_film(tmp_path / "film.png")


def decoded(jpeg):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_UNCHANGED).astype(int)


@pytest.mark.parametrize("method", list(ENHANCEMENTS))
def test_a_tile_shows_what_the_method_makes_of_the_reduced_film(small, method):
    whole = breast_jpeg(ENHANCEMENTS[method](small.film.pixels), small.film.breast, SMALL_PX)
    apart = np.abs(decoded(tile(small, method, {})) - decoded(whole))
    assert (apart.mean(), np.percentile(apart, 99)) <= (1, 6)


@pytest.mark.parametrize("method", ["stretch_percentiles", "median"])
def test_a_tile_refuses_values_that_do_not_fit(small, method):
    with pytest.raises(ParameterError):
        tile(small, method, {"low": 60, "high": 40, "radius": -1})
