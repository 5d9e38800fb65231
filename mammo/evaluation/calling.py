"""Calling classes by a threshold on one question instead of by the most probable class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mammo.errors import UnknownNameError
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.questions import questions_for


def called_by_threshold(predictions: Predictions, question: str, threshold: float) -> Predictions:
    """The same probabilities, but an image is positive as soon as their share for it reaches ``threshold``.

    Among the positive classes, and among the negative ones, the most probable is called. Classes that the question
    leaves out are never called.

    Args:
        predictions: Answers to N images.
        question: Name in ``questions_for``.
        threshold: Of positive / (positive + negative); where both are 0 that share is 0.5.

    Raises:
        UnknownNameError: If these classes have no such question.
    """
    questions = questions_for(predictions.class_names)
    if question not in questions:
        raise UnknownNameError(f"There is no question named {question!r}; known are: {', '.join(questions)}.")
    sides = [
        np.isin(predictions.class_names, names)
        for names in (questions[question].negatives, questions[question].positives)
    ]
    negative, positive = (predictions.probabilities[:, side].sum(axis=1) for side in sides)
    total = negative + positive
    share = np.divide(positive, total, out=np.full(predictions.n, 0.5), where=total > 0)
    best = [np.where(side, predictions.probabilities, -1.0).argmax(axis=1) for side in sides]
    return replace(predictions, predicted=np.where(share >= threshold, best[1], best[0]))
