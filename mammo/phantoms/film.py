"""From attenuation to a scanned film: automatic exposure, the scanner's tone, blur and grain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mammo.imaging.gray_image import GrayImage, Mask
from mammo.phantoms.grid import Grid, Plane

FILM_SLOPE = 1.15  # of the film's curve, per standard deviation of the breast's attenuation
EXPOSURE_OFFSET = 0.15  # the film's middle gray lies that many standard deviations above the median
OPTICAL_BLUR_PX = 0.35


@dataclass(frozen=True)
class Scanner:
    """How a digitizer changes gray levels in [0, 1]."""

    digitizer: str  # as a DDSM description names it
    gamma: float
    fog: float  # the darkest gray level
    noise: float  # standard deviation


SCANNERS = {
    "A": Scanner("DBA", 1.0, 0.0, 0.010),
    "B": Scanner("LUMISYS", 0.80, 0.04, 0.018),
    "C": Scanner("LUMISYS", 0.88, 0.02, 0.014),
    "D": Scanner("HOWTEK", 1.15, 0.0, 0.008),
}


def exposed(attenuation: Plane, breast: Mask) -> GrayImage:
    """The film's gray levels: exposure adapts to each breast, else dense ones would be white all over."""
    inside = attenuation[breast]
    middle = np.median(inside) + EXPOSURE_OFFSET * inside.std()
    return np.asarray(1 / (1 + np.exp(-FILM_SLOPE * (attenuation - middle) / inside.std())), dtype=np.float32)


def scanned(film: GrayImage, grid: Grid, scanner: str, rng: np.random.Generator) -> GrayImage:
    """What a scanner makes of a film, shape (height, width), values in [0, 1]."""
    tone = SCANNERS[scanner]
    blurred = grid.blurred(film, OPTICAL_BLUR_PX * grid.pitch_mm)
    toned = tone.fog + (1 - tone.fog) * np.clip(blurred, 0, 1) ** tone.gamma
    noisy = toned + tone.noise * rng.standard_normal(grid.shape, dtype=np.float32)
    return np.asarray(np.clip(noisy, 0, 1), dtype=np.float32)
