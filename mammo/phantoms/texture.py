"""Random fields with the power spectrum of breast tissue."""

from __future__ import annotations

import numpy as np

from mammo.phantoms.grid import Plane


def power_law_field(shape: tuple[int, int], exponent: float, rng: np.random.Generator) -> Plane:
    """Gaussian noise whose power falls with spatial frequency as f^-exponent.

    Args:
        shape: Height and width in pixels.
        exponent: 0 is white noise; mammograms have about 3.
        rng: Random numbers.

    Returns:
        Field of that shape, mean 0, standard deviation 1.

    Source:
        Burgess 1999: mammographic backgrounds have power spectra near 1 / f^3.
    """
    import scipy.fft  # here only: pages load this module

    height, width = shape
    frequency = np.hypot(scipy.fft.fftfreq(height)[:, None], scipy.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = np.inf  # no power at frequency 0: the field has mean 0
    spectrum = scipy.fft.rfft2(rng.standard_normal(shape, dtype=np.float32)) * frequency ** np.float32(-exponent / 2)
    field = scipy.fft.irfft2(spectrum.astype(np.complex64), s=shape)
    return np.asarray(field / field.std(), dtype=np.float32)


def mixed(shared: Plane, own: Plane, share: float) -> Plane:
    """Two independent fields as one of the same variance; ``share`` is its correlation with the first."""
    return np.asarray(share * shared + np.sqrt(1 - share**2) * own, dtype=np.float32)
