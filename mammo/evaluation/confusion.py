"""How often each class was taken for each: counts, rates, and what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError
from mammo.evaluation.intervals import Interval, Values, wilson

Labels = npt.NDArray[np.int64]  # indices of class names, shape (N,)
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ConfusionMatrix:
    """Images by true class (rows) and predicted class (columns), as in scikit-learn.

    Raises:
        ParameterError: If ``counts`` is not (K, K) for K class names, or holds a negative number.
    """

    class_names: tuple[str, ...]
    counts: Counts  # shape (K, K), read-only

    def __post_init__(self) -> None:
        counts = np.array(self.counts, dtype=np.int64)
        classes = len(self.class_names)
        if counts.shape != (classes, classes) or (counts < 0).any():
            raise ParameterError(f"A confusion matrix of {classes} classes needs {classes} x {classes} counts of 0 up.")
        counts.setflags(write=False)
        object.__setattr__(self, "counts", counts)

    @classmethod
    def from_labels(cls, truth: Labels, predicted: Labels, class_names: Sequence[str]) -> ConfusionMatrix:
        """Count pairs of true and predicted labels.

        Raises:
            ParameterError: If the two are of different length or a label is no index of ``class_names``.
        """
        classes = len(class_names)
        if len(truth) != len(predicted):
            raise ParameterError(f"There are {len(truth)} true labels, but {len(predicted)} predicted ones.")
        if not np.isin([truth, predicted], range(classes)).all():
            raise ParameterError(f"Labels must be 0 to {classes - 1}: {', '.join(class_names)}.")
        cells = truth * classes + predicted
        counts = np.bincount(cells, minlength=classes**2).reshape(classes, classes)
        return cls(tuple(class_names), counts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ConfusionMatrix):
            return NotImplemented
        return self.class_names == other.class_names and bool((self.counts == other.counts).all())

    def __hash__(self) -> int:
        return hash((self.class_names, self.counts.tobytes()))

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    @property
    def true_counts(self) -> Counts:
        """Images of each true class, shape (K,)."""
        totals: Counts = self.counts.sum(axis=1)
        return totals

    @property
    def predicted_counts(self) -> Counts:
        """Images of each predicted class, shape (K,)."""
        totals: Counts = self.counts.sum(axis=0)
        return totals

    @property
    def row_rates(self) -> Values:
        """Share of each true class, shape (K, K), sensitivities on the diagonal; NaN for a class without images."""
        return _shares(self.counts, self.true_counts[:, None])

    @property
    def column_rates(self) -> Values:
        """Share of each predicted class, shape (K, K), PPVs on the diagonal; NaN for a class never predicted."""
        return _shares(self.counts, self.predicted_counts[None, :])

    def row_intervals(self) -> tuple[tuple[Interval, ...], ...]:
        """``row_rates`` with Wilson intervals, which take images as independent; scores have clustered intervals."""
        return tuple(tuple(wilson(k, sum(row)) for k in row) for row in self.counts.tolist())

    def column_intervals(self) -> tuple[tuple[Interval, ...], ...]:
        """``column_rates`` with Wilson intervals, still indexed by (true, predicted)."""
        totals = self.predicted_counts.tolist()
        return tuple(tuple(wilson(k, n) for k, n in zip(row, totals, strict=True)) for row in self.counts.tolist())

    def to_json(self) -> dict[str, Any]:
        return {"labels": list(self.class_names), "counts": self.counts.tolist()}

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> ConfusionMatrix:
        return cls(tuple(facts["labels"]), np.array(facts["counts"], dtype=np.int64))


def _shares(counts: Counts, totals: Counts) -> Values:
    shares: Values = np.full(counts.shape, np.nan)
    np.divide(counts, totals, out=shares, where=totals > 0)
    return shares
