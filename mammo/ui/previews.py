"""A film as pages show it, and what an enhancement makes of it: calls into the library, kept by ``cache``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mammo.enhancement import ENHANCEMENTS
from mammo.imaging.breast import breast_mask
from mammo.imaging.display import Size, breast_jpeg, reduced
from mammo.imaging.enhancement_scores import EnhancementScores, enhancement_scores
from mammo.imaging.gray_change import GrayChange, gray_change
from mammo.imaging.gray_image import GrayImage, Mask
from mammo.imaging.histogram import is_constant
from mammo.imaging.reading import read_image
from mammo.parameters import ParameterValue
from mammo.phantoms.drawing import draw_woman
from mammo.phantoms.options import PhantomOptions
from mammo.phantoms.population import plan_women

LARGE_PX: Size = (720, 1000)  # of a film that is looked at: twice the place it takes on a page
SMALL_PX: Size = (320, 440)  # of one among others
SMALL_LONGEST_PX = 640  # to which a film is reduced for a tile, before the breast is cut out


@dataclass(frozen=True)
class Film:
    """One picture, read once and used for every setting that is tried on it."""

    pixels: GrayImage
    breast: Mask


@dataclass(frozen=True)
class Comparison:
    """A film before and after an enhancement."""

    before: bytes  # JPEG of LARGE_PX
    after: bytes
    change: GrayChange
    scores: EnhancementScores
    is_constant: bool  # one gray level only: every method gives it back unchanged


def read_film(path: Path) -> Film:
    """Open a picture; ImageError if it can't be read."""
    pixels = read_image(path).pixels
    return Film(pixels, breast_mask(pixels))


def read_small_film(path: Path) -> Film:
    """A picture reduced to what a tile needs, so that many of them follow a change at once."""
    pixels = reduced(read_image(path).pixels, SMALL_LONGEST_PX)
    return Film(pixels, breast_mask(pixels))


def phantom_film() -> Film:
    """A synthetic breast with a mass, for a server that holds no data yet."""
    options = PhantomOptions(patients=9)
    woman = next(woman for woman in plan_women(options) if woman.label == "malignant")
    view = next(view for view in draw_woman(woman, options) if view.lesions and view.view == "MLO")
    return Film(view.pixels, view.breast)


def compare(film: Film, method: str, values: Mapping[str, ParameterValue]) -> Comparison:
    """Enhance a film and measure what that did.

    Raises:
        UnknownNameError: If there is no such method.
        ParameterError: If the values do not fit it, or each other.
    """
    enhanced = ENHANCEMENTS[method](film.pixels, values)
    return Comparison(
        before=breast_jpeg(film.pixels, film.breast, LARGE_PX),
        after=breast_jpeg(enhanced, film.breast, LARGE_PX),
        change=gray_change(film.pixels, enhanced, film.breast),
        scores=enhancement_scores(film.pixels, enhanced, mask=film.breast),
        is_constant=is_constant(film.pixels),
    )


def tile(film: Film, method: str, values: Mapping[str, ParameterValue]) -> bytes:
    """JPEG of SMALL_PX of a reduced film under a setting; errors as ``compare``."""
    return breast_jpeg(ENHANCEMENTS[method](film.pixels, values), film.breast, SMALL_PX)


def stored_tile(film: Film) -> bytes:
    """JPEG of SMALL_PX of a reduced film as it is stored."""
    return breast_jpeg(film.pixels, film.breast, SMALL_PX)
