"""How much of a score is telling scanners apart: the AUC, and the AUC among images of the same scanner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mammo.audits.shortcut_radar import Light
from mammo.evaluation.evaluation import scored
from mammo.evaluation.intervals import Interval, Values
from mammo.evaluation.notes import FEW_WOMEN, counted_women
from mammo.evaluation.outcomes import weighted_auc, weighted_auc_within
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.resampling import RESAMPLES, resampled_values
from mammo.evaluation.subgroups import NOT_KNOWN, within_groups_auc


@dataclass(frozen=True)
class WithinScanner:
    """One AUC two ways, and what is lost between them."""

    women: int
    overall: Interval  # any positive against any negative
    within: Interval  # against negatives of the same scanner alone
    drop: Interval  # the first less the second, from the same draws of women

    @property
    def light(self) -> Light:
        """Amber: part of the score is the scanner; green: none that can be told."""
        if self.drop.low is None or self.women < FEW_WOMEN:
            return "unknown"
        return "amber" if self.drop.low > 0 else "green"

    def __str__(self) -> str:
        if self.light == "unknown" or self.drop.value is None or self.drop.low is None or self.drop.high is None:
            why = self.within.reason or self.drop.reason
            why = why or f"{counted_women(self.women)} are too few, {FEW_WOMEN} are needed"
            return f"Whether the score is the scanner's can't be judged: {why}."
        points = f"{100 * self.drop.value:.1f} points ({100 * self.drop.low:.1f} to {100 * self.drop.high:.1f})"
        figures = f"AUC {self.overall} over all, {self.within} within scanners, a difference of {points}"
        if self.light == "amber":
            return f"Part of the score is telling scanners apart: {figures}."
        return f"No part of the score can be put down to the scanner: {figures}."


def auc_within_scanner(
    scores: BinaryScores, scanners: Sequence[str | None], *, seed: int = 0, resamples: int = RESAMPLES
) -> WithinScanner:
    """Compare images with others of their own scanner alone, and see what the score loses.

    Args:
        scores: A question answered on N images.
        scanners: Of each image; None where it isn't known, which counts as a scanner of its own.
        seed: Of the draws.
        resamples: Draws of women.

    Raises:
        ParameterError: If there isn't one scanner for each image.
    """
    groups = np.array([NOT_KNOWN if scanner is None else scanner for scanner in scanners], dtype=np.str_)
    draws = {"seed": seed, "resamples": resamples}
    within = within_groups_auc(scores, scanners, **draws)
    overall = within_groups_auc(scores, [None] * scores.n, **draws)
    if within.value is None or overall.value is None:
        return WithinScanner(scores.patient_count, overall, within, Interval(None, reason=within.reason))

    def lost(weights: Values) -> Values:
        whole = weighted_auc(scores.score, scores.is_positive, weights)
        return whole - weighted_auc_within(scores.score, scores.is_positive, groups, weights)

    drawn = resampled_values(scores.patients, lost, **draws)
    drop = scored(overall.value - within.value, drawn, "", women=scores.patient_count)
    return WithinScanner(scores.patient_count, overall, within, drop)


def counted_scanners(scanners: Sequence[str | None]) -> Mapping[str, int]:
    """Images of each scanner, by its name; those of an unknown one last."""
    known = sorted({scanner for scanner in scanners if scanner is not None})
    counts = {scanner: scanners.count(scanner) for scanner in known}
    unknown = scanners.count(None)
    return {**counts, NOT_KNOWN: unknown} if unknown else counts
