"""A film as pages show it, and what an enhancement makes of it: calls into the library, kept by ``cache``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mammo.enhancement import ENHANCEMENTS, GrayLevels, levels_of
from mammo.imaging.breast import breast_mask
from mammo.imaging.display import Places, Size, breast_jpeg, exact_png, places_of_levels, reduced, toned_jpeg
from mammo.imaging.enhancement_scores import EnhancementScores, enhancement_scores
from mammo.imaging.gray_change import GrayChange, gray_change
from mammo.imaging.gray_image import GrayImage, Mask, to_stored
from mammo.imaging.histogram import is_constant
from mammo.imaging.reading import read_image
from mammo.parameters import ParameterValue
from mammo.phantoms.drawing import draw_woman
from mammo.phantoms.options import PhantomOptions
from mammo.phantoms.population import plan_women
from mammo.ui.live_film import PackedFilm, pack_film, pack_shades

SMALL_PX: Size = (320, 440)  # of a film among others
_PHANTOM_BITS = 16
_TILE_LEVELS = 4096  # a stretch of sixteen times still gives 256 shades
SMALL_LONGEST_PX = 640  # to which a film is reduced for a tile, before the breast is cut out


@dataclass(frozen=True)
class Film:
    """One picture, read once and used for every setting that is tried on it."""

    pixels: GrayImage
    breast: Mask
    bits: int  # significant bits of the stored pixels, 8 to 16


@dataclass(frozen=True)
class SmallFilm:
    """A reduced picture, ready for any setting of its tile."""

    film: Film
    levels: GrayLevels
    places: Places  # of the pixels of SMALL_PX in the scale of levels


@dataclass(frozen=True)
class Comparison:
    """What an enhancement did to a film."""

    change: GrayChange
    scores: EnhancementScores
    is_constant: bool  # one gray level only: every method gives it back unchanged


def read_film(path: Path) -> Film:
    """Open a picture; ImageError if it can't be read."""
    read = read_image(path)
    return Film(read.pixels, breast_mask(read.pixels), read.bits)


def read_small_film(path: Path) -> SmallFilm:
    """A picture reduced to what a tile needs, so that many of them follow a change at once."""
    read = read_image(path)
    pixels = reduced(read.pixels, SMALL_LONGEST_PX)
    breast = breast_mask(pixels)
    places = places_of_levels(pixels, breast, SMALL_PX, _TILE_LEVELS)
    return SmallFilm(Film(pixels, breast, read.bits), levels_of(pixels, breast, _TILE_LEVELS), places)


def phantom_film() -> Film:
    """A synthetic breast with a mass, for a server that holds no data yet."""
    options = PhantomOptions(patients=9)
    woman = next(woman for woman in plan_women(options) if woman.label == "malignant")
    view = next(view for view in draw_woman(woman, options) if view.lesions and view.view == "MLO")
    return Film(view.pixels, breast_mask(view.pixels), _PHANTOM_BITS)


def compare(film: Film, method: str, values: Mapping[str, ParameterValue]) -> Comparison:
    """Enhance a film and measure what that did.

    Raises:
        UnknownNameError: If there is no such method.
        ParameterError: If the values do not fit it, or each other.
    """
    enhanced = ENHANCEMENTS[method](film.pixels, values)
    return Comparison(
        change=gray_change(film.pixels, enhanced, film.breast),
        scores=enhancement_scores(film.pixels, enhanced, mask=film.breast),
        is_constant=is_constant(film.pixels),
    )


def packed(film: Film) -> PackedFilm:
    """A film for the live view."""
    return pack_film(film.pixels, film.breast, film.bits)


def packed_after(film: Film, method: str, values: Mapping[str, ParameterValue]) -> PackedFilm:
    """A film under a method that the live view can't draw itself; errors as ``compare``."""
    return pack_shades(ENHANCEMENTS[method](film.pixels, values), film.breast)


def enhanced_png(film: Film, method: str, values: Mapping[str, ParameterValue]) -> bytes:
    """A whole film under a setting, as PNG of 16 bits; errors as ``compare``."""
    return exact_png(to_stored(ENHANCEMENTS[method](film.pixels, values), 16))


def tile(small: SmallFilm, method: str, values: Mapping[str, ParameterValue]) -> bytes:
    """JPEG of SMALL_PX of a reduced film under a setting; errors as ``compare``.

    Where a method changes each gray level on its own, the levels are changed and the pixels only looked up.
    """
    enhancement = ENHANCEMENTS[method]
    tones = enhancement.tones_of(small.levels, values)
    if tones is None:
        return breast_jpeg(enhancement(small.film.pixels, values), small.film.breast, SMALL_PX)
    return toned_jpeg(small.places, tones)


def stored_tile(small: SmallFilm) -> bytes:
    """JPEG of SMALL_PX of a reduced film as it is stored."""
    return breast_jpeg(small.film.pixels, small.film.breast, SMALL_PX)
