"""Sentences that keep a reader from taking figures for more than they are worth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mammo.evaluation.confusion import ConfusionMatrix
from mammo.evaluation.intervals import Interval
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.scores import CLASS_SCORES, SCORES

FEW_WOMEN = 20  # below it a bootstrap interval is narrower than it should be


def notes_on(
    predictions: Predictions,
    confusion: ConfusionMatrix,
    scores: Mapping[str, Interval],
    per_class: Mapping[str, Mapping[str, Interval]],
) -> tuple[str, ...]:
    """What is small, absent, never predicted, or without an honest interval."""
    return (
        *_few_women(predictions),
        *(
            f"No image is {name}; scores that need this class are n/a."
            for name, count in zip(confusion.class_names, confusion.true_counts, strict=True)
            if not count
        ),
        *(
            f"The model never answered {name}."
            for name, count in zip(confusion.class_names, confusion.predicted_counts, strict=True)
            if not count
        ),
        *_without_width(scores, per_class),
    )


def _few_women(predictions: Predictions) -> list[str]:
    women = predictions.patient_count
    if women < FEW_WOMEN:
        return [f"There are {counted_women(women)}; with fewer than {FEW_WOMEN} the intervals are too narrow."]
    counts = [len(np.unique(predictions.patients[predictions.truth == k])) for k in range(len(predictions.class_names))]
    return [
        f"Only {counted_women(count)} with {name} images; with fewer than {FEW_WOMEN} its intervals are too narrow."
        for name, count in zip(predictions.class_names, counts, strict=True)
        if 0 < count < FEW_WOMEN
    ]


def _without_width(scores: Mapping[str, Interval], per_class: Mapping[str, Mapping[str, Interval]]) -> list[str]:
    labels = [SCORES[name].label for name, score in scores.items() if score.has_no_width]
    labels += [
        f"{CLASS_SCORES[name].label} of {label}"
        for label, intervals in per_class.items()
        for name, score in intervals.items()
        if score.has_no_width
    ]
    if not labels:
        return []
    return [f"Every resample gave the same value of: {', '.join(labels)}. That is a small set's doing, not certainty."]


def counted_women(count: int) -> str:
    """The number of women with its noun."""
    return f"{count} {'woman' if count == 1 else 'women'}"
