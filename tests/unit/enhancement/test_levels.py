import numpy as np
import pytest

from mammo.enhancement import ENHANCEMENTS
from mammo.errors import ParameterError

RAMP = np.linspace(0, 1, 1000, dtype=np.float32).reshape(1, -1)  # none of them on a black point


@pytest.mark.parametrize(("black", "white", "gamma"), [(0.1, 0.9, 0.5), (0, 1, 2), (0.4, 0.45, 5), (0.2, 1, 0.2)])
def test_levels_are_a_line_to_the_power_of_gamma(black, white, gamma):
    enhanced = ENHANCEMENTS["levels"](RAMP, {"black": black, "white": white, "gamma": gamma})
    by_hand = [min(max((value - black) / (white - black), 0), 1) ** gamma for value in RAMP[0].tolist()]
    np.testing.assert_allclose(enhanced[0], by_hand, atol=2e-5)


def test_gamma_of_one_is_the_stretch_between_limits():
    limits = {"black": 0.25, "white": 0.75}
    np.testing.assert_array_equal(ENHANCEMENTS["levels"](RAMP, limits), ENHANCEMENTS["stretch_limits"](RAMP, limits))


def test_its_defaults_change_nothing():
    np.testing.assert_array_equal(ENHANCEMENTS["levels"](RAMP), RAMP)


def test_ends_that_meet_are_refused():  # B25
    with pytest.raises(ParameterError, match=r"The black point \(0.5\) must be below the white point \(0.5\)."):
        ENHANCEMENTS["levels"](RAMP, {"black": 0.5, "white": 0.5})
