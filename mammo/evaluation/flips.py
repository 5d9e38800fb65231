"""Which images changed sides between two models: set right, spoilt, or wrong in another way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mammo.evaluation.confusion import Counts
from mammo.evaluation.predictions import Predictions

FlipKind = Literal["both_right", "helpful", "harmful", "both_wrong_alike", "both_wrong_differently"]
FLIP_KINDS: tuple[FlipKind, ...] = ("both_right", "helpful", "harmful", "both_wrong_alike", "both_wrong_differently")


@dataclass(frozen=True, eq=False)
class Flips:
    """What the second model makes of each image beside the first."""

    class_names: tuple[str, ...]
    kinds: npt.NDArray[np.str_]  # shape (N,), a FlipKind for each image
    counts: Counts  # images by true class, answer of the first and answer of the second, shape (K, K, K)

    def count(self, kind: FlipKind) -> int:
        """How many images are of a kind."""
        return int((self.kinds == kind).sum())

    def __str__(self) -> str:
        return (
            f"Of {len(self.kinds)} images the second model sets {self.count('helpful')} right and spoils "
            f"{self.count('harmful')}; both are right on {self.count('both_right')}."
        )


def flips(first: Predictions, second: Predictions) -> Flips:
    """Compare two models image by image; their answers are paired (``pairing.paired``)."""
    is_right, was_right = second.predicted == second.truth, first.predicted == first.truth
    kinds = np.select(
        [was_right & is_right, is_right, was_right, first.predicted == second.predicted],
        ["both_right", "helpful", "harmful", "both_wrong_alike"],
        "both_wrong_differently",
    )
    classes = len(first.class_names)
    counts = np.zeros((classes, classes, classes), dtype=np.int64)
    np.add.at(counts, (first.truth, first.predicted, second.predicted), 1)
    return Flips(first.class_names, kinds, counts)
