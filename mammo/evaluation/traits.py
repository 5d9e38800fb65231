"""By what images can be told apart beside their class: density, view, side, age, scanner, kind and size of lesions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.datasets import Sample
from mammo.datasets.lesions import lesion_mask
from mammo.errors import ImageError
from mammo.registry import Registry

_AGES = ((50, "under 50"), (70, "50 to 69"))
_OLDEST = "70 or more"


@dataclass(frozen=True)
class Trait:
    """What puts images into subgroups."""

    name: str
    label: str
    of: Callable[[Sample], str | None] | None = None  # the group's name; None: not known
    measure: Callable[[Sample], float] | None = None  # or else a size, put into thirds; NaN: not known

    def groups(self, films: Sequence[Sample | None]) -> list[str | None]:
        """The group of each film, None where it is not known or the film is gone."""
        if self.of is not None:
            name = self.of
            return [name(film) if film else None for film in films]
        size = self.measure or (lambda _film: float("nan"))
        return size_bands([size(film) if film else float("nan") for film in films])


TRAITS: Registry[Trait] = Registry("trait")


def age_band(age: int | None) -> str | None:
    """The age group of a woman, in years as screening programmes report it."""
    if age is None:
        return None
    return next((band for limit, band in _AGES if age < limit), _OLDEST)


def lesion_kind(sample: Sample) -> str | None:
    """The kind of a film's lesions as the collection calls it, several joined; None without one of known kind."""
    kinds = sorted({lesion.kind for lesion in sample.lesions if lesion.kind})
    return " + ".join(kinds) or None


def lesion_size(sample: Sample) -> float:
    """The outlined lesions' share of a film's area; NaN where nothing is outlined, or its outline is gone."""
    if not sample.lesions:
        return float("nan")
    try:
        share = float(lesion_mask(sample).mean())
    except ImageError:
        return float("nan")
    return share or float("nan")


def size_bands(sizes: npt.ArrayLike) -> list[str | None]:
    """Small, medium or large, by thirds of the known sizes.

    Args:
        sizes: Of each image's lesions, such as their area, shape (N,); NaN where there is none.

    Returns:
        N bands; None for an image without a size.
    """
    values = np.asarray(sizes, dtype=np.float64)
    known = values[~np.isnan(values)]
    if not len(known):
        return [None] * len(values)
    small, medium = np.quantile(known, [1 / 3, 2 / 3], method="inverted_cdf")
    bands = np.select([values <= small, values <= medium], ["small lesion", "medium lesion"], "large lesion")
    return [None if np.isnan(value) else str(band) for value, band in zip(values, bands, strict=True)]


for _trait in (
    Trait("density", "Density", lambda sample: sample.density),
    Trait("view", "View", lambda sample: sample.view),
    Trait("laterality", "Side", lambda sample: sample.laterality),
    Trait("age", "Age", lambda sample: age_band(sample.age)),
    Trait("scanner", "Scanner", lambda sample: sample.scanner),
    Trait("lesion_kind", "Kind of lesion", lesion_kind),
    Trait("lesion_size", "Size of lesion", measure=lesion_size),
):
    TRAITS.add(_trait)
