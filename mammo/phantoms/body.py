"""What a woman's four views have in common: size, thickness and texture of her breasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mammo.phantoms.grid import Grid, Plane
from mammo.phantoms.texture import power_law_field

LAYERS = 4  # tissue lies in layers that the film adds up; a single layer looks cut out of paper

#: ACR density -> share of fat in the breast, compressed thickness in mm. Source: VICTRE's constants.
FAT_AND_THICKNESS = {1: (0.95, 60.0), 2: (0.85, 55.0), 3: (0.66, 45.0), 4: (0.40, 35.0)}


@dataclass(frozen=True)
class Body:
    """Sizes in mm; textures of shape (height, width) with mean 0 and standard deviation 1."""

    depth: float  # chest wall to nipple
    half_height: float
    thickness: float  # compressed
    fat: float  # share in [0, 1]
    sag: float  # how far the breast lies lower in an MLO view
    muscle_width: float  # pectoral muscle along the upper edge of an MLO view
    muscle_height: float  # ... and along the chest wall
    exponent: float  # of the power spectra
    layers: tuple[Plane, ...]


def draw_body(grid: Grid, density: int, rng: np.random.Generator) -> Body:
    """A woman's breasts for an ACR density of 1 (fatty) to 4 (dense)."""
    fat, thickness = FAT_AND_THICKNESS[density]
    exponent = rng.uniform(2.7, 3.3)
    return Body(
        depth=rng.uniform(85, 135),
        half_height=rng.uniform(78, 104),
        thickness=thickness * rng.uniform(0.9, 1.1),
        fat=fat,
        sag=rng.uniform(5, 18),
        muscle_width=rng.uniform(32, 55),
        muscle_height=rng.uniform(90, 150),
        exponent=exponent,
        layers=tuple(power_law_field(grid.shape, exponent, rng) for _ in range(LAYERS)),
    )
