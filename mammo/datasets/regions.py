"""Square regions of films that serve as samples: around each lesion, and of films that are normal."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from mammo.datasets._base import CLASS_NAMES, LabelPolicy, Lesion, Sample
from mammo.datasets._threads import in_threads
from mammo.datasets.lesions import lesion_box
from mammo.errors import DatasetError, ParameterError
from mammo.imaging.breast import breast_mask, chest_wall_side
from mammo.imaging.gray_image import GrayImage
from mammo.imaging.reading import read_image

NormalPlacement = Literal["at_lesions", "random"]

#: Smallest side as a share of the film's height; 2 cm of a 24 cm film, so that a small cluster keeps surroundings.
MIN_SIDE = 0.08
#: Height in pixels at which breasts are outlined: a position needs no more, and large films become cheap.
_OUTLINE_HEIGHT = 256


@dataclass(frozen=True)
class Region:
    """A square of a film, in pixels of the stored picture, origin top left; may reach over the film's edge."""

    sample_id: str
    center_x_px: float
    center_y_px: float
    side_px: float
    label: str
    source: Literal["lesion", "normal"]
    number: int = 0  # counts the lesions of a film, as the sample lists them, or its normal squares

    @property
    def id(self) -> str:
        return f"{self.sample_id}#{self.source}{self.number}"


def crop(image: GrayImage, region: Region) -> tuple[GrayImage, int, int]:
    """Cut a region out of its film; what lies beyond the film's edge is 0.

    Args:
        image: The whole film, shape (height, width), values in [0, 1].
        region: Of this film.

    Returns:
        The square, shape (side, side) with the side rounded to whole pixels, and the column and the row of the film
        at which it begins (negative if beyond the edge).
    """
    side = max(1, round(region.side_px))
    left, top = round(region.center_x_px - side / 2), round(region.center_y_px - side / 2)
    height, width = image.shape
    square: GrayImage = np.zeros((side, side), np.float32)
    rows = slice(max(top, 0), min(top + side, height))
    columns = slice(max(left, 0), min(left + side, width))
    if rows.start < rows.stop and columns.start < columns.stop:
        inside = image[rows, columns]
        row, column = rows.start - top, columns.start - left
        square[row : row + inside.shape[0], column : column + inside.shape[1]] = inside
    return square, left, top


def lesion_regions(
    samples: Sequence[Sample], *, context: float = 1.5, min_side: float = MIN_SIDE
) -> tuple[Region, ...]:
    """A square around each benign or malignant lesion, ``context`` times as wide as the lesion.

    A lesion with a center but no radius gets the smallest side. One without any place, or whose mask is empty, gets no
    region: nobody knows where to look.

    Args:
        samples: Any; those without lesions add nothing.
        context: Side of the square in diameters of the lesion (for a mask: in longer sides of its box), at least 1.
        min_side: Smallest side as a share of the film's height.

    Raises:
        ParameterError: If ``context`` is below 1.
        ImageError: If a mask file is not readable.
    """
    if context < 1:
        raise ParameterError(f"The context must be at least 1, a square as wide as the lesion; {context:g} is less.")
    regions = []
    for sample in sorted(samples, key=lambda sample: sample.id):
        for number, lesion in enumerate(sample.lesions):
            place = _place(sample, lesion)
            if place is None or lesion.label not in CLASS_NAMES:
                continue
            x, y, diameter = place
            side = max(min_side * sample.height_px, context * diameter)
            regions.append(Region(sample.id, x, y, side, lesion.label, "lesion", number))
    return tuple(regions)


def normal_regions(
    samples: Sequence[Sample],
    lesions: Sequence[Region],
    *,
    placement: NormalPlacement = "at_lesions",
    count: int = 1,
    seed: int = 0,
    policy: LabelPolicy = "case",
) -> tuple[Region, ...]:
    """Squares of each film that is normal and carries no lesion, each as wide as a randomly drawn lesion region.

    Lesions are not spread evenly over breasts, so a model could tell squares by where they lie instead of by what they
    show. ``at_lesions`` takes the position from the same lesion: in shares of the film, mirrored if the two films
    face different ways, moved to the nearest point of the breast if it falls outside. ``random`` draws it evenly from
    the breast; the difference between both is what position alone gives away.

    Args:
        samples: The normal films and the films of ``lesions``.
        lesions: Regions from ``lesion_regions``; their order does not matter.
        placement: Where the squares lie.
        count: Squares of each film, each with a lesion drawn for it alone; a larger count adds to those of a smaller.
        seed: The squares of a film depend on it, the film's id and the set of lesions only.
        policy: Which label must be normal.

    Raises:
        DatasetError: If ``lesions`` is empty: nothing says how large a square should be.
        ImageError: If a film is not readable.
    """
    if not lesions:
        raise DatasetError("Normal regions take their size from lesions, and there are none.")
    by_id = {sample.id: sample for sample in samples}
    films = [
        by_id[id_] for id_ in sorted(by_id) if by_id[id_].labels.get(policy) == "normal" and not by_id[id_].lesions
    ]
    patterns = sorted(lesions, key=lambda region: region.id)
    place = partial(_normal_regions, by_id=by_id, patterns=patterns, placement=placement, count=count, seed=seed)
    return tuple(region for of_film in in_threads(place, films) for region in of_film)


def _place(sample: Sample, lesion: Lesion) -> tuple[float, float, float] | None:
    """Center (x, y) and diameter in pixels; the diameter is 0 where the radius is unknown."""
    if lesion.mask_file is not None:
        box = lesion_box(sample, lesion)
        if box is None:
            return None
        width, height = box.right - box.left, box.bottom - box.top
        return (box.left + box.right) / 2, (box.top + box.bottom) / 2, float(max(width, height))
    if lesion.x_px is None or lesion.y_px is None:
        return None
    return lesion.x_px, lesion.y_px, 2 * (lesion.radius_px or 0.0)


def _normal_regions(
    film: Sample,
    *,
    by_id: dict[str, Sample],
    patterns: Sequence[Region],
    placement: NormalPlacement,
    count: int,
    seed: int,
) -> list[Region]:
    outline = _Outline.of(film)
    regions = []
    for number in range(count):
        digest = hashlib.sha256(f"{seed}:{film.id}:{number}".encode()).digest()
        rng = np.random.default_rng(int.from_bytes(digest[:8]))
        pattern = patterns[int(rng.integers(len(patterns)))]
        origin = by_id[pattern.sample_id]
        if placement == "random":
            x, y = outline.points[rng.integers(len(outline.points))]
        else:
            x, y = outline.nearest(*_position(origin, pattern, film, outline))
        side = pattern.side_px / origin.height_px * film.height_px
        x_px, y_px = float(x * film.width_px), float(y * film.height_px)
        regions.append(Region(film.id, x_px, y_px, side, "normal", "normal", number))
    return regions


def _position(origin: Sample, pattern: Region, film: Sample, outline: _Outline) -> tuple[float, float]:
    """Position of a lesion's region in shares of its film, mirrored if ``film`` faces the other way.

    Within a collection the laterality says which way a film faces; where one is unknown, the pixels tell.
    """
    x, y = pattern.center_x_px / origin.width_px, pattern.center_y_px / origin.height_px
    if origin.laterality and film.laterality:
        is_mirrored = origin.laterality != film.laterality
    else:
        is_mirrored = _Outline.of(origin).side != outline.side
    return (1 - x if is_mirrored else x), y


@dataclass(frozen=True)
class _Outline:
    """Where the breast of a film lies."""

    points: npt.NDArray[np.float64]  # shape (count, 2): (x, y) of the breast's pixels in shares of the film
    side: str  # of the chest wall: "left" or "right"

    @classmethod
    def of(cls, film: Sample) -> _Outline:
        pixels = read_image(film.path).pixels
        height, width = pixels.shape
        if height > _OUTLINE_HEIGHT:
            small_width = max(1, round(width * _OUTLINE_HEIGHT / height))
            small = cv2.resize(pixels, (small_width, _OUTLINE_HEIGHT), interpolation=cv2.INTER_AREA)
            pixels = np.asarray(small, np.float32)
        rows_and_columns = np.argwhere(breast_mask(pixels))
        points = (rows_and_columns[:, ::-1] + 0.5) / (pixels.shape[1], pixels.shape[0])
        return cls(points, chest_wall_side(pixels))

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """The point itself if it lies in the breast (to a pixel of the outline), else the nearest one that does."""
        distances = ((self.points - (x, y)) ** 2).sum(axis=1)
        nearest = self.points[distances.argmin()]
        return float(nearest[0]), float(nearest[1])
