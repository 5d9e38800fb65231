"""Who is in a set of phantoms: each woman's class, scanner, number, age, density and lesions, before any pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mammo.phantoms.dealing import deal, generator, places
from mammo.phantoms.findings import PlannedLesion, plan_lesions
from mammo.phantoms.kinds import KINDS, MINI_DDSM_SCANNERS
from mammo.phantoms.numbering import case_numbers
from mammo.phantoms.options import PhantomOptions


@dataclass(frozen=True)
class Woman:
    """All that is decided about one woman before her pictures are drawn."""

    index: int  # place in the set, from 0
    label: str  # "normal", "benign" or "malignant"
    scanner: str  # "A" to "D"
    number: int  # of the case; unique together with the scanner only
    age: int
    density: int  # ACR category, 1 (fatty) to 4 (dense)
    lesions: tuple[PlannedLesion, ...]

    @property
    def patient_id(self) -> str:
        """Scanner's letter and number, as in the file names: ``C_0029``."""
        return f"{self.scanner}_{self.number:04d}"


def plan_women(options: PhantomOptions) -> tuple[Woman, ...]:
    """All women of a set in the order of their index, classes mixed.

    Classes, scanners, densities and rare findings are dealt in fixed proportions, so that a small set shows them too.
    """
    profile, rng = KINDS[options.kind], generator(options.seed)
    labels = deal(profile.women, options.patients, rng)
    scanners = _deal_scanners(labels, options, rng)
    numbers = case_numbers(labels, scanners, rng, tell_class=profile.numbers_tell_class)
    densities = deal(profile.densities, options.patients, rng)
    lesions = plan_lesions(labels, profile, rng)
    ages = np.clip(np.rint(rng.normal(57, 11, options.patients)), 35, 90)
    return tuple(
        Woman(index, label, scanners[index], numbers[index], int(ages[index]), densities[index], lesions[index])
        for index, label in enumerate(labels)
    )


def _deal_scanners(labels: Sequence[str], options: PhantomOptions, rng: np.random.Generator) -> list[str]:
    """A scanner for each woman: by Mini-DDSM's shares in her class, mixed with shares equal for all classes."""
    fair, strength = KINDS[options.kind].scanners, options.scanner_confound
    scanners = [""] * len(labels)
    for label, told in MINI_DDSM_SCANNERS.items():
        women = places(labels, label)
        shares = {
            letter: (1 - strength) * fair[letter] / sum(fair.values()) + strength * told[letter] / sum(told.values())
            for letter in fair
        }
        for woman, letter in zip(women, deal(shares, len(women), rng), strict=True):
            scanners[woman] = letter
    return scanners
