"""Random fields with a known spectrum."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.phantoms.texture import mixed, power_law_field


@pytest.mark.parametrize("exponent", [0, 2.4, 3])
def test_power_falls_with_the_given_exponent(exponent):
    field = power_law_field((256, 256), exponent, np.random.default_rng(0))
    power = np.abs(np.fft.fft2(field)) ** 2
    frequency = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.fftfreq(256))
    band = (frequency > 0.02) & (frequency < 0.4)
    slope = np.polyfit(np.log(frequency[band]), np.log(power[band]), 1)[0]
    assert slope == pytest.approx(-exponent, abs=0.05)


def test_a_field_has_mean_0_and_deviation_1():
    field = power_law_field((60, 90), 3, np.random.default_rng(0))
    assert field.shape == (60, 90)
    assert field.mean() == pytest.approx(0, abs=1e-5)
    assert field.std() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("share", [0, 0.75, 1])
def test_a_mixture_correlates_with_its_shared_part_by_the_share(share):
    rng = np.random.default_rng(0)
    shared, own = (power_law_field((200, 200), 0, rng) for _ in range(2))
    mixture = mixed(shared, own, share)
    assert np.corrcoef(mixture.ravel(), shared.ravel())[0, 1] == pytest.approx(share, abs=0.02)
    assert mixture.std() == pytest.approx(1, abs=0.02)
