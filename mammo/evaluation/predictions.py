"""What a model answered on images of known truth, checked once so that every score may trust it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError
from mammo.evaluation.confusion import Labels
from mammo.evaluation.intervals import Values

Patients = npt.NDArray[np.str_]  # the woman of each image, shape (N,)

SUM_TOLERANCE = 1e-3  # probabilities that went through half precision are off by as much


@dataclass(frozen=True, eq=False)
class Predictions:
    """Answers to N images by K classes, made by ``Predictions.checked``."""

    truth: Labels
    predicted: Labels
    probabilities: Values  # shape (N, K), each row sums to 1
    patients: Patients
    class_names: tuple[str, ...]

    @classmethod
    def checked(
        cls,
        truth: npt.ArrayLike,
        probabilities: npt.ArrayLike,
        patients: Sequence[object],
        class_names: Sequence[str],
        predicted: npt.ArrayLike | None = None,
    ) -> Predictions:
        """Take the answers over, or say what is wrong with them.

        Args:
            truth: Index of each image's true class, shape (N,).
            probabilities: Shape (N, K), each row sums to 1.
            patients: The woman of each image, N ids.
            class_names: K names, from harmless to grave where the classes have an order.
            predicted: Index of each image's predicted class, shape (N,). Without it the most probable class, of equals
                the first.

        Raises:
            ParameterError: If there are no images or fewer than two classes, lengths differ, a label is no index of
                ``class_names``, or a row of ``probabilities`` isn't finite, isn't in [0, 1] or doesn't sum to 1.
        """
        names = tuple(class_names)
        if len(names) < 2 or len(set(names)) < len(names):
            raise ParameterError(f"Scores need two or more different classes, not {list(names)}.")
        rows = _checked_probabilities(np.asarray(probabilities, dtype=np.float64), names)
        women = np.array([str(patient) for patient in patients], dtype=np.str_)
        if len(women) != len(rows):
            raise ParameterError(f"There are {len(rows)} rows of probabilities, but {len(women)} patient ids.")
        return cls(
            truth=_checked_labels(np.asarray(truth), "true", len(rows), names),
            predicted=rows.argmax(axis=1)
            if predicted is None
            else _checked_labels(np.asarray(predicted), "predicted", len(rows), names),
            probabilities=rows,
            patients=women,
            class_names=names,
        )

    @property
    def n(self) -> int:
        return len(self.truth)

    @property
    def patient_count(self) -> int:
        return len(np.unique(self.patients))


def _checked_probabilities(rows: Values, names: tuple[str, ...]) -> Values:
    if len(rows) == 0:
        raise ParameterError("There are no images to score; choose a part of the split that holds some.")
    if rows.ndim != 2 or rows.shape[1] != len(names):
        raise ParameterError(f"Probabilities must be of shape (images, {len(names)} classes), not {rows.shape}.")
    is_wrong = ~(np.isfinite(rows) & (rows >= 0)).all(axis=1)
    if is_wrong.any():
        row = int(is_wrong.argmax())
        raise ParameterError(f"The probabilities of image {row} (counted from 0) are {rows[row].tolist()}.")
    sums = rows.sum(axis=1)
    row = int(np.abs(sums - 1).argmax())
    if abs(sums[row] - 1) > SUM_TOLERANCE:
        raise ParameterError(f"The probabilities of image {row} (counted from 0) sum to {sums[row]:.4g} instead of 1.")
    return rows


def _checked_labels(labels: npt.NDArray[np.generic], kind: str, n: int, names: tuple[str, ...]) -> Labels:
    if labels.shape != (n,) or labels.dtype.kind not in "iu":
        raise ParameterError(
            f"The {kind} labels must be {n} whole numbers, not {labels.dtype} of shape {labels.shape}."
        )
    known = labels.astype(np.int64)
    is_unknown = (known < 0) | (known >= len(names))
    if is_unknown.any():
        row = int(is_unknown.argmax())
        raise ParameterError(
            f"The {kind} class of image {row} (counted from 0) is {known[row]}; "
            f"known are 0 to {len(names) - 1}: {', '.join(names)}."
        )
    return known
