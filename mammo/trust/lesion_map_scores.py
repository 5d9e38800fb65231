"""Do maps of a model of regions find the outlined lesions of whole films, beside maps that know nothing?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mammo.evaluation.intervals import Interval
from mammo.evaluation.localisation import Localization, localization
from mammo.imaging.gray_image import Mask
from mammo.trust.checking import center_map, mean_by_woman
from mammo.trust.lesion_map import LesionMap

TOLERANCE_PX = 10  # of a map: 5 mm of a film of 24 cm
_OLDER = Interval(None, reason="not measured when these maps were drawn")


@dataclass(frozen=True)
class FilmScores:
    """How well three maps of one film point at its outlined lesions."""

    own: Localization
    random_channels: tuple[Localization, ...]  # of each set of random weights
    center: Localization
    called: float  # share of the breast whose squares are called not normal


@dataclass(frozen=True)
class LesionMapScores:
    """Means over films, with intervals by drawing women."""

    films: int
    women: int
    chance: Interval  # lesions' share of the breast: the energy share of a map without knowledge
    hit: Interval  # share of films whose strongest place lies in a lesion or 5 mm beside it
    hit_random: Interval
    hit_center: Interval
    energy: Interval  # share of the map's sum inside the lesions
    energy_random: Interval
    energy_center: Interval
    hit_over_random: Interval  # hit - hit_random, film by film
    hit_over_center: Interval
    energy_over_chance: Interval  # energy - chance, film by film
    energy_over_random: Interval
    energy_over_center: Interval = _OLDER
    called: Interval = _OLDER  # share of the breast whose squares are called not normal

    @property
    def failures(self) -> tuple[str, ...]:
        """Why the maps are not to be trusted, in sentences; empty if they pass every comparison."""
        found = []
        if not self.energy_over_chance.is_above_zero:
            found.append("The map lies on outlined lesions no more than chance.")
        if not self.energy_over_random.is_above_zero:
            found.append("A map of random channels lies on outlined lesions just as much.")
        if not self.hit_over_center.is_above_zero:
            found.append("Its strongest place hits lesions no more often than the middle of the breast.")
        return tuple(found)

    @property
    def reach(self) -> str:
        """How far the maps reach beyond the lesions; a person would take a large map for a large lesion."""
        if self.called.value is None:
            return ""
        spread = f"On average {self.called} of the breast is called not normal, lesions being {self.chance} of it"
        if self.energy_over_center.is_above_zero:
            return f"{spread}."
        return (
            f"{spread}, and the maps gather on lesions no more than the middle of the breast does: their strongest "
            "place is a place to look at, their extent says nothing."
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the failures for readers of the file."""
        intervals = {name: value.to_json() for name, value in vars(self).items() if isinstance(value, Interval)}
        return {**asdict(self), **intervals, "failures": list(self.failures)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> LesionMapScores:
        plain = {name: value for name, value in values.items() if name != "failures"}
        intervals = {name for name, kind in cls.__annotations__.items() if kind == "Interval"}
        return cls(**{**plain, **{name: Interval.from_json(plain[name]) for name in intervals & set(plain)}})


def film_scores(found: LesionMap, lesion: Mask) -> FilmScores:
    """Score the maps of one film.

    Args:
        found: Its maps.
        lesion: The union of its outlined lesions, in the maps' shape.

    Raises:
        ParameterError: If nothing is outlined.
    """

    def scored(heatmap: npt.NDArray[np.float32]) -> Localization:
        return localization(heatmap, lesion, found.breast, tolerance_px=TOLERANCE_PX)

    return FilmScores(
        own=scored(found.heatmap),
        random_channels=tuple(map(scored, found.random_channels)),
        center=scored(center_map(found.breast) * found.breast),
        called=float((found.heatmap[found.breast] > 0.5).mean()),
    )


def summarized_films(films: Sequence[FilmScores], patients: Sequence[str], *, seed: int = 0) -> LesionMapScores:
    """Means over films of one woman or more.

    Args:
        films: N films.
        patients: The woman of each.
        seed: Of the draws.
    """
    women = np.array(patients, np.str_)

    def values(of: str, who: str) -> npt.NDArray[np.float64]:
        if who == "random":
            return np.array([np.mean([getattr(one, of) for one in film.random_channels]) for film in films])
        return np.array([getattr(getattr(film, who), of) for film in films], np.float64)

    def mean(figures: npt.NDArray[np.float64]) -> Interval:
        return mean_by_woman(figures, women, seed)

    hit, energy = values("hit", "own"), values("energy_share", "own")
    hit_random, energy_random = values("hit", "random"), values("energy_share", "random")
    hit_center, energy_center = values("hit", "center"), values("energy_share", "center")
    chance = values("chance", "own")
    return LesionMapScores(
        films=len(films),
        women=len(set(patients)),
        chance=mean(chance),
        hit=mean(hit),
        hit_random=mean(hit_random),
        hit_center=mean(hit_center),
        energy=mean(energy),
        energy_random=mean(energy_random),
        energy_center=mean(energy_center),
        hit_over_random=mean(hit - hit_random),
        hit_over_center=mean(hit - hit_center),
        energy_over_chance=mean(energy - chance),
        energy_over_random=mean(energy - energy_random),
        energy_over_center=mean(energy - energy_center),
        called=mean(np.array([film.called for film in films])),
    )
