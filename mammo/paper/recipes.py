"""The paper's four trainings: what was printed of each, and the preset that repeats it."""

from __future__ import annotations

from dataclasses import dataclass

from mammo.evaluation.published import (
    PAPER_CLASSES,
    PAPER_DECIMALS,
    PAPER_TABLE,
    DecodedAccuracy,
    PublishedRow,
    decode_accuracy,
)
from mammo.training.presets import PRESETS, TrainingPreset


@dataclass(frozen=True)
class Recipe:
    """One row of Table 3 with its training."""

    printed: PublishedRow
    preset: TrainingPreset

    @property
    def label(self) -> str:
        """Network and optimizer, as "AlexNet + Adam"."""
        return self.preset.label.removeprefix("Paper: ")

    @property
    def model(self) -> str:
        """The network's name in the model registry."""
        return str(self.preset.values["model"])

    @property
    def decoded(self) -> DecodedAccuracy:
        """The printed "accuracy" as the top-1 accuracies behind it."""
        return decode_accuracy(self.printed.accuracy, PAPER_CLASSES, PAPER_DECIMALS)

    def printed_score(self, name: str) -> float | None:
        """The printed figure of a score in SCORES; None for one that Table 3 doesn't have."""
        row = self.printed
        figures = {
            "balanced_accuracy": row.tpr,
            "macro_precision": row.precision,
            "mean_ovr_accuracy": row.accuracy,
            "macro_f1": row.f1,
        }
        return figures.get(name)


#: By preset, in the order of Table 3.
RECIPES: dict[str, Recipe] = {
    name: Recipe(row, PRESETS[name])
    for row in PAPER_TABLE
    for name in (f"paper-{row.model.lower()}-{row.optimizer.lower()}",)
}
