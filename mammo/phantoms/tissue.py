"""What the X-rays meet: fat, glandular tissue, ducts and muscle, added up along each ray."""

from __future__ import annotations

import cv2
import numpy as np

from mammo.phantoms.body import Body
from mammo.phantoms.grid import Grid, Plane
from mammo.phantoms.outline import Outline
from mammo.phantoms.texture import mixed, power_law_field

#: Attenuation per mm at about 20 keV.
FAT_ATTENUATION = 0.0456
GLAND_ATTENUATION = 0.0802

PRIOR_STRENGTH = 0.9  # how much more glandular tissue the middle of the breast holds, in standard deviations
LAYER_SOFTNESS = 0.30  # width of the step between fat and gland in a layer's field
SKIN_MM = 3.0  # no gland lies that close to the skin
FINE_EXPONENT, FINE_STRENGTH = 2.4, 0.06
DUCT_STRENGTH = 0.22
LARGEST_LAYER_SHARE = 0.85  # room for ducts and fine structure, which a full share would clip away
MUSCLE_SHARE = 0.75  # muscle attenuates as this share of gland


def attenuation(grid: Grid, body: Body, outline: Outline, patient_texture: float, rng: np.random.Generator) -> Plane:
    """Total attenuation along the ray through each pixel, without lesions; shape (height, width), 0 in air."""
    gland = _gland_share(grid, body, outline, patient_texture, rng)
    thickness = _thickness(body.thickness, outline.skin_distance)
    per_mm = FAT_ATTENUATION + (GLAND_ATTENUATION - FAT_ATTENUATION) * gland
    return np.asarray(thickness * per_mm, dtype=np.float32)


def _thickness(compressed: float, skin_distance: Plane) -> Plane:
    """Compressed in the middle, round towards the skin; mm."""
    half = compressed / 2
    inward = np.minimum(skin_distance, half) / half
    return np.asarray(compressed * np.sqrt(1 - (1 - inward) ** 2), dtype=np.float32)


def _gland_share(grid: Grid, body: Body, outline: Outline, patient_texture: float, rng: np.random.Generator) -> Plane:
    """Share of gland along each ray, muscle counted as so much gland; in [0, 1]."""
    prior = PRIOR_STRENGTH * _prior(grid, outline)
    own = (power_law_field(grid.shape, body.exponent, rng) for _ in body.layers)
    fields = [mixed(shared, field, patient_texture) + prior for shared, field in zip(body.layers, own, strict=True)]
    gland = LARGEST_LAYER_SHARE * np.mean([_layer(field, outline, body.fat) for field in fields], axis=0)
    gland += DUCT_STRENGTH * _ducts(grid, outline, rng)
    gland += FINE_STRENGTH * power_law_field(grid.shape, FINE_EXPONENT, rng)
    gland *= np.clip((outline.skin_distance - SKIN_MM) / SKIN_MM, 0, 1)
    return np.asarray(np.clip(np.maximum(gland, MUSCLE_SHARE * outline.muscle), 0, 1), dtype=np.float32)


def _prior(grid: Grid, outline: Outline) -> Plane:
    """1 in the middle of the gland's usual place, falling to -1 away from it."""
    across = (grid.x - 0.5 * outline.depth) / (0.5 * outline.depth)
    along = (grid.y - outline.axis_y(grid.x)) / (0.75 * outline.half_height)
    return np.asarray(1 - np.minimum(across**2 + along**2, 2), dtype=np.float32)


def _layer(field: Plane, outline: Outline, fat: float) -> Plane:
    """Fat where the field is low, gland where it is high, so that their shares come out right."""
    threshold = np.quantile(field[outline.breast], fat)
    return np.asarray(1 / (1 + np.exp(-(field - threshold) / LAYER_SOFTNESS)), dtype=np.float32)


def _ducts(grid: Grid, outline: Outline, rng: np.random.Generator) -> Plane:
    """Ducts and ligaments: wandering strands from the nipple inwards; in [0, 1]."""
    canvas = np.zeros(grid.shape, np.uint8)
    step_mm = 4.0
    for _ in range(rng.integers(10, 23)):
        steps = rng.integers(10, max(12, int(0.8 * outline.depth / step_mm)))
        heading = rng.normal(0, 0.45) + np.cumsum(rng.normal(0, 0.16, steps))
        x = outline.depth - 2 - np.cumsum(np.cos(heading)) * step_mm
        y = outline.axis_y(outline.depth) + np.cumsum(np.sin(heading)) * step_mm
        points = np.rint(np.stack([x, y], axis=1) / grid.pitch_mm * 16).astype(np.int32)
        brightness = int(rng.integers(90, 256))
        cv2.polylines(canvas, [points], isClosed=False, color=brightness, thickness=1, lineType=cv2.LINE_AA, shift=4)
    return grid.blurred(np.asarray(canvas / 255, dtype=np.float32), 0.7)
