"""The kinds of phantom sets: how many women of which class, from which scanners, with lesions how easy to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["demo", "mini-ddsm-like"]

#: Women of Mini-DDSM v2 by class and scanner (the letter of the file name). Source: its file tree.
MINI_DDSM_SCANNERS: Mapping[str, Mapping[str, float]] = {
    "normal": {"A": 500, "B": 0, "C": 0, "D": 102},
    "benign": {"A": 267, "B": 130, "C": 180, "D": 94},
    "malignant": {"A": 192, "B": 155, "C": 233, "D": 99},
}


@dataclass(frozen=True)
class Occurrence:
    """Shares in [0, 1] of the women of one abnormal class."""

    bilateral: float  # lesions in both breasts
    one_view_only: float  # one breast's lesions are seen in one view only
    second_lesion: float  # two lesions in one breast


@dataclass(frozen=True)
class KindProfile:
    """What one kind of set holds."""

    women: Mapping[str, float]  # class -> relative number of women
    scanners: Mapping[str, float]  # relative number of women where the scanner tells nothing of the class
    confound: float  # strength if a person does not say
    densities: Mapping[int, float]  # ACR category, 1 (fatty) to 4 (dense) -> relative number of women
    occurrence: Mapping[str, Occurrence]  # by abnormal class
    radius_mm: float  # median of a lesion's
    radius_spread: float  # standard deviation of its logarithm
    conspicuity: float  # height of a malignant mass, in standard deviations of the breast's attenuation
    with_calcifications: float  # share of the masses
    calcifications_only: float  # share of the lesions
    numbers_tell_class: bool  # case numbers lie in ranges by class, as in Mini-DDSM


KINDS: Mapping[Kind, KindProfile] = {
    "demo": KindProfile(
        women={"normal": 1, "benign": 1, "malignant": 1},
        scanners={"A": 1, "B": 1, "C": 1, "D": 1},
        confound=0,
        densities={1: 0.30, 2: 0.45, 3: 0.20, 4: 0.05},
        # Every view of an abnormal woman shows her lesion, so that her class holds for each picture.
        occurrence={"benign": Occurrence(1, 0, 0), "malignant": Occurrence(1, 0, 0)},
        radius_mm=10.5,
        radius_spread=0.25,
        conspicuity=2.5,
        with_calcifications=0.35,
        calcifications_only=0,
        numbers_tell_class=False,
    ),
    "mini-ddsm-like": KindProfile(
        women={"normal": 602, "benign": 671, "malignant": 679},
        scanners={"A": 959, "B": 285, "C": 413, "D": 295},
        confound=1,
        densities={1: 0.13, 2: 0.38, 3: 0.32, 4: 0.17},
        occurrence={"benign": Occurrence(0.073, 0.053, 0.063), "malignant": Occurrence(0.09, 0.07, 0.10)},
        radius_mm=9.0,
        radius_spread=0.30,
        conspicuity=2.2,
        with_calcifications=0.35,
        calcifications_only=0.15,
        numbers_tell_class=True,
    ),
}
