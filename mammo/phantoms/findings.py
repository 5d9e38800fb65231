"""Which lesions the women of a set have, in which breast and view, before any pixel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mammo.phantoms.dealing import choose, places
from mammo.phantoms.kinds import KindProfile

Laterality = Literal["L", "R"]
View = Literal["CC", "MLO"]
LATERALITIES: tuple[Laterality, ...] = ("L", "R")
VIEWS: tuple[View, ...] = ("CC", "MLO")
RADIUS_LIMITS_MM = (5.0, 18.0)


@dataclass(frozen=True)
class PlannedLesion:
    """One lesion of one breast; its projections share what is written here."""

    label: str  # "benign" or "malignant"
    laterality: Laterality
    views: tuple[View, ...]  # where it is seen
    radius_mm: float
    has_mass: bool
    has_calcifications: bool
    depth: float  # place between chest wall (0) and nipple (1); the same in both views
    heights: Mapping[View, float]  # place between upper (-1) and lower (1) outline

    @property
    def kind(self) -> str:
        """As DDSM calls it: MASS or CALCIFICATION."""
        return "MASS" if self.has_mass else "CALCIFICATION"


def plan_lesions(
    labels: Sequence[str], profile: KindProfile, rng: np.random.Generator
) -> list[tuple[PlannedLesion, ...]]:
    """The lesions of each woman; none where her label is normal."""
    lesions: list[tuple[PlannedLesion, ...]] = [()] * len(labels)
    for label, occurrence in profile.occurrence.items():
        women = places(labels, label)
        bilateral = choose(women, occurrence.bilateral, rng)
        one_view = choose(women, occurrence.one_view_only, rng)
        double = choose(women, occurrence.second_lesion, rng)
        for woman in women:
            first, second = (LATERALITIES[place] for place in rng.permutation(2))
            views = (VIEWS[rng.integers(2)],) if woman in one_view else VIEWS
            breasts = [(first, views)] * (1 + (woman in double)) + [(second, VIEWS)] * (woman in bilateral)
            lesions[woman] = tuple(_planned(label, *breast, profile, rng) for breast in breasts)
    return lesions


def _planned(
    label: str, laterality: Laterality, views: tuple[View, ...], profile: KindProfile, rng: np.random.Generator
) -> PlannedLesion:
    has_mass = bool(rng.random() >= profile.calcifications_only)
    radius = profile.radius_mm * np.exp(profile.radius_spread * rng.standard_normal())
    return PlannedLesion(
        label=label,
        laterality=laterality,
        views=views,
        radius_mm=float(np.clip(radius, *RADIUS_LIMITS_MM)),
        has_mass=has_mass,
        has_calcifications=not has_mass or bool(rng.random() < profile.with_calcifications),
        depth=float(rng.uniform(0.3, 0.8)),
        heights={view: float(rng.uniform(-0.6, 0.6)) for view in VIEWS},
    )
