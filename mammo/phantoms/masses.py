"""Masses: smooth and oval where benign, dense with a ragged, spiculated edge where malignant."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mammo.imaging.gray_image import Mask
from mammo.phantoms.findings import PlannedLesion
from mammo.phantoms.grid import Grid, Plane

Points = npt.NDArray[np.float64]  # shape (n, 2), x and y in mm
SUBPIXEL_BITS = 4
READER_BLUR_MM = 1.5  # finer corners than that no reader draws
SPICULE_HEIGHT = 0.45  # of a spicule at its root, relative to the core


@dataclass(frozen=True)
class MassCharacter:
    """How masses of one class look; pairs are the limits of uniform draws."""

    height: float  # over the surroundings, relative to a malignant mass
    harmonics: tuple[int, int]  # least and most waves around the outline
    waviness: float  # standard deviation of the outline, relative to the radius
    aspect: tuple[float, float]
    edge_mm: tuple[float, float]  # softness of the margin
    spicules: tuple[int, int]


CHARACTERS = {
    "benign": MassCharacter(0.55, (2, 4), 0.035, (0.65, 1.0), (0.5, 1.0), (0, 0)),
    "malignant": MassCharacter(1.0, (2, 9), 0.16, (0.75, 1.0), (1.4, 2.6), (14, 28)),
}


def draw_mass(
    grid: Grid, center: tuple[float, float], planned: PlannedLesion, rng: np.random.Generator
) -> tuple[Plane, Mask]:
    """A mass at ``center``, in mm from the chest wall and from the upper edge.

    Returns:
        Its height, shape (height, width), 1 in the middle of a malignant mass and 0 outside; and its mask: the core
        with the roots of the spicules, smooth as a reader draws it.
    """
    character = CHARACTERS[planned.label]
    edge_mm = rng.uniform(*character.edge_mm)
    edge = _ragged_edge(center, planned.radius_mm, character, rng)
    filled = _filled(grid, [edge])
    core = grid.blurred(filled, edge_mm) * _dome(grid, filled, planned.radius_mm)
    spicules = grid.blurred(_filled(grid, _spicules(center, planned.radius_mm, character, rng)), 0.5)
    spicules *= _fading(grid, center, planned.radius_mm)
    height = character.height * np.maximum(core, SPICULE_HEIGHT * spicules)
    visible = (filled > 0.5) | (spicules > 0.25)
    return height.astype(np.float32), grid.blurred(visible.astype(np.float32), READER_BLUR_MM) > 0.5


def _ragged_edge(
    center: tuple[float, float], radius: float, character: MassCharacter, rng: np.random.Generator
) -> Points:
    angles = np.linspace(0, 2 * np.pi, 128, endpoint=False)
    low, high = character.harmonics
    orders = np.arange(low, high + 1)
    weights = rng.standard_normal(len(orders)) / np.sqrt(orders)
    phases = rng.uniform(0, 2 * np.pi, len(orders))[:, None]
    # Not a matrix product: its last bits depend on where the arrays lie in memory.
    waves = (weights[:, None] * np.cos(orders[:, None] * angles + phases)).sum(axis=0)
    ragged = radius * (1 + character.waviness * waves / max(float(waves.std()), 1e-6))
    ragged = np.maximum(ragged, 0.45 * radius)
    aspect, tilt = rng.uniform(*character.aspect), rng.uniform(0, np.pi)
    along, across = ragged * np.cos(angles) / np.sqrt(aspect), ragged * np.sin(angles) * np.sqrt(aspect)
    x = center[0] + along * np.cos(tilt) - across * np.sin(tilt)
    y = center[1] + along * np.sin(tilt) + across * np.cos(tilt)
    return np.stack([x, y], axis=1)


def _spicules(
    center: tuple[float, float], radius: float, character: MassCharacter, rng: np.random.Generator
) -> list[Points]:
    """Thin triangles that start inside the core and taper outwards."""
    count = rng.integers(character.spicules[0], character.spicules[1] + 1)
    spicules = []
    for angle in rng.uniform(0, 2 * np.pi, count):
        outward = np.array([np.cos(angle), np.sin(angle)])
        sideward = np.array([-outward[1], outward[0]]) * rng.uniform(0.35, 0.9)
        bend = sideward * rng.normal(0, 2.0)
        base, tip = 0.6 * radius * outward, (1 + rng.uniform(0.8, 2.2)) * radius * outward + bend
        spicules.append(np.array(center) + np.stack([base - sideward, tip, base + sideward]))
    return spicules


def _fading(grid: Grid, center: tuple[float, float], radius: float) -> Plane:
    """1 up to the radius, from there falling to 0 at three radii."""
    distance = np.hypot(grid.x - center[0], grid.y - center[1])
    return np.asarray(np.clip((3 * radius - distance) / (2 * radius), 0, 1), dtype=np.float32)


def _filled(grid: Grid, polygons: list[Points]) -> Plane:
    """Share of each pixel that lies in one of the polygons, shape (height, width)."""
    canvas = np.zeros(grid.shape, np.uint8)
    for polygon in polygons:
        points = np.rint((polygon / grid.pitch_mm - 0.5) * 2**SUBPIXEL_BITS).astype(np.int32)
        cv2.fillPoly(canvas, [points], color=255, lineType=cv2.LINE_AA, shift=SUBPIXEL_BITS)
    return np.asarray(canvas / 255, dtype=np.float32)


def _dome(grid: Grid, filled: Plane, radius: float) -> Plane:
    """A mass is thick in the middle and thin at its margin: from 0.5 to 1."""
    share = np.minimum(grid.distance_inside(filled > 0.5) / radius, 1)
    return np.asarray(0.5 + 0.5 * np.sqrt(1 - (1 - share) ** 2), dtype=np.float32)
