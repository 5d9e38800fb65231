"""One woman's four pictures with what is known of them: a pure function of who she is and of the options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from mammo.imaging.gray_image import GrayImage, Mask
from mammo.phantoms.body import Body, draw_body
from mammo.phantoms.dealing import generator
from mammo.phantoms.film import exposed, scanned
from mammo.phantoms.findings import LATERALITIES, VIEWS, Laterality, PlannedLesion, View
from mammo.phantoms.grid import Grid
from mammo.phantoms.kinds import KINDS
from mammo.phantoms.lesions import draw_lesion
from mammo.phantoms.marks import add_marks
from mammo.phantoms.options import PhantomOptions
from mammo.phantoms.outline import draw_outline
from mammo.phantoms.population import Woman
from mammo.phantoms.tissue import attenuation

PlaneT = TypeVar("PlaneT", GrayImage, Mask)


@dataclass(frozen=True)
class PhantomView:
    """One picture with its truth; arrays of shape (height, width), as they are stored."""

    laterality: Laterality
    view: View
    pixels: GrayImage
    breast: Mask
    lesions: tuple[tuple[PlannedLesion, Mask], ...]


def draw_woman(woman: Woman, options: PhantomOptions) -> tuple[PhantomView, ...]:
    """The four views of one woman: left CC, left MLO, right CC, right MLO."""
    grid = Grid(options.pitch_mm)
    body = draw_body(grid, woman.density, generator(options.seed, woman.index))
    projections = [(laterality, view) for laterality in LATERALITIES for view in VIEWS]
    return tuple(
        _draw_view(woman, body, projection, options, generator(options.seed, woman.index, place))
        for place, projection in enumerate(projections)
    )


def _draw_view(
    woman: Woman, body: Body, projection: tuple[Laterality, View], options: PhantomOptions, rng: np.random.Generator
) -> PhantomView:
    """Drawn with the chest wall at the left; a right breast is mirrored before the film is marked."""
    grid, (laterality, view) = Grid(options.pitch_mm), projection
    outline = draw_outline(grid, body, view, rng)
    signal = attenuation(grid, body, outline, options.patient_texture, rng)
    unit = KINDS[options.kind].conspicuity * signal[outline.breast].std()
    lesions = [
        draw_lesion(grid, outline, planned, view, rng)
        for planned in woman.lesions
        if planned.laterality == laterality and view in planned.views
    ]
    for lesion in lesions:
        signal = signal + unit * lesion.height
    film = scanned(exposed(signal, outline.breast), grid, woman.scanner, rng)
    return PhantomView(
        laterality=laterality,
        view=view,
        pixels=add_marks(_turned(film, laterality), grid, laterality, view, rng),
        breast=_turned(outline.breast, laterality),
        lesions=tuple((lesion.planned, _turned(lesion.mask, laterality)) for lesion in lesions),
    )


def _turned(plane: PlaneT, laterality: Laterality) -> PlaneT:
    """Mirrored for a right breast."""
    return plane if laterality == "L" else np.ascontiguousarray(plane[:, ::-1])
