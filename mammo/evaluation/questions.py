"""Questions of two answers, such as malignant or not, that several classes can be asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.errors import UnknownNameError
from mammo.evaluation.intervals import Values
from mammo.evaluation.predictions import Patients, Predictions


@dataclass(frozen=True)
class Question:
    """Which classes count as positive and which as negative; images of the others are left out."""

    name: str
    label: str
    positives: tuple[str, ...]
    negatives: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class BinaryScores:
    """A question answered on N images."""

    is_positive: npt.NDArray[np.bool_]  # shape (N,)
    score: Values  # shape (N,), probability of positive among the classes asked about, in [0, 1]
    patients: Patients

    @property
    def n(self) -> int:
        return len(self.score)

    @property
    def patient_count(self) -> int:
        return len(np.unique(self.patients))

    @property
    def why_one_sided(self) -> str | None:
        """Why positives can't be told from negatives here, as a part of a sentence; None where there are both."""
        if self.is_positive.any() and not self.is_positive.all():
            return None
        missing = "negative" if self.is_positive.any() else "positive"
        return f"no image is {missing}" if self.n else "there is no image"


def questions_for(class_names: tuple[str, ...]) -> dict[str, Question]:
    """Every class against the rest, under its own name; where the classes allow also ``abnormal`` and ``cadx``."""
    questions = {name: _one_vs_rest(name, class_names) for name in class_names}
    if "normal" in class_names:
        abnormal = tuple(name for name in class_names if name != "normal")
        questions["abnormal"] = Question("abnormal", "Abnormal versus normal", abnormal, ("normal",))
    if {"benign", "malignant"} < set(class_names):
        questions["cadx"] = Question("cadx", "Malignant versus benign", ("malignant",), ("benign",))
    return questions


def binary_scores(predictions: Predictions, question: str) -> BinaryScores:
    """Ask a question by its name.

    Raises:
        UnknownNameError: If these classes have no such question.
    """
    questions = questions_for(predictions.class_names)
    if question not in questions:
        raise UnknownNameError(f"There is no question named {question!r}; known are: {', '.join(questions)}.")
    positives = np.isin(predictions.class_names, questions[question].positives)
    negatives = np.isin(predictions.class_names, questions[question].negatives)
    is_asked = (positives | negatives)[predictions.truth]
    probabilities = predictions.probabilities[is_asked]
    for_positive = probabilities[:, positives].sum(axis=1)
    total = for_positive + probabilities[:, negatives].sum(axis=1)
    # Where the model gives neither answer any probability, it has no opinion.
    score = np.divide(for_positive, total, out=np.full(len(total), 0.5), where=total > 0)
    return BinaryScores(positives[predictions.truth[is_asked]], score, predictions.patients[is_asked])


def _one_vs_rest(name: str, class_names: tuple[str, ...]) -> Question:
    rest = tuple(other for other in class_names if other != name)
    return Question(name, f"{name.capitalize()} versus rest", (name,), rest)
