"""What every enhancement method promises; a new one is tested by being registered."""

import inspect

import numpy as np
import pytest

from mammo.enhancement import ENHANCEMENTS, levels_of
from mammo.errors import ImageError, ParameterError
from mammo.imaging.breast import breast_mask
from mammo.parameters import defaults

every_enhancement = pytest.mark.parametrize("enhancement", list(ENHANCEMENTS.values()), ids=list(ENHANCEMENTS))


@every_enhancement
def test_keeps_shape_dtype_and_range(enhancement, phantom):
    enhanced = enhancement(phantom)
    assert enhanced.shape == phantom.shape
    assert enhanced.dtype == np.float32
    assert 0 <= enhanced.min() <= enhanced.max() <= 1


@every_enhancement
def test_leaves_its_input_alone(enhancement, phantom):
    before = phantom.copy()
    enhancement(phantom)
    np.testing.assert_array_equal(phantom, before)


@every_enhancement
@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_returns_a_constant_image_unchanged(enhancement, level):  # B23
    constant = np.full((80, 70), level, np.float32)
    np.testing.assert_array_equal(enhancement(constant), constant)


@every_enhancement
def test_bears_two_levels_of_which_one_is_nearly_everywhere(enhancement):  # B24
    film = np.full((320, 320), 0.02, np.float32)
    film[150:160, :10] = 0.5  # a thousandth of the picture
    enhanced = enhancement(film)
    assert np.isfinite(enhanced).all()
    assert 0 <= enhanced.min() <= enhanced.max() <= 1


@every_enhancement
def test_its_tones_are_what_it_makes_of_a_film_level_by_level(enhancement, phantom):
    levels = levels_of(phantom, breast_mask(phantom), 4096)
    tones = enhancement.tones_of(levels, {})
    if tones is not None:
        np.testing.assert_allclose(np.interp(phantom, levels.scale[0], tones[0]), enhancement(phantom), atol=2e-3)


@every_enhancement
def test_refuses_an_image_that_is_not_all_numbers(enhancement, phantom):  # B21
    phantom[3, 3] = np.nan
    with pytest.raises(ImageError, match="not numbers"):
        enhancement(phantom)


@every_enhancement
def test_declares_exactly_the_parameters_it_takes(enhancement):
    keyword_only = {
        name for name, one in inspect.signature(enhancement.apply).parameters.items() if one.kind is one.KEYWORD_ONLY
    }
    assert keyword_only == set(defaults(enhancement.parameters))


@every_enhancement
def test_refuses_a_parameter_that_it_does_not_have(enhancement, phantom):
    with pytest.raises(ParameterError, match="no parameter named 'nonesuch'"):
        enhancement(phantom, {"nonesuch": 1})


@every_enhancement
def test_keeps_more_than_256_gray_levels(enhancement):
    ramp = np.linspace(0.2, 0.8, 200 * 200, dtype=np.float32).reshape(200, 200)
    assert len(np.unique(enhancement(ramp))) > 1000
