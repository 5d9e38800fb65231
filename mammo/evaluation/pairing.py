"""The same images, answered by several models: brought into one order, or refused where they can't be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mammo.errors import ParameterError
from mammo.evaluation.predictions import Predictions


@dataclass(frozen=True, eq=False)
class Paired:
    """Answers of M models to the same N images, image i standing at place i of each."""

    ids: tuple[str, ...]  # of the images, sorted
    sets: tuple[Predictions, ...]
    left_out: tuple[int, ...]  # how many other images each model answered


def paired(sets: Sequence[Predictions], ids: Sequence[Sequence[str]]) -> Paired:
    """Keep the images that every model answered.

    Args:
        sets: Answers of each model; the same classes in the same order.
        ids: The image of each answer, for each model.

    Raises:
        ParameterError: If there are fewer than two models, classes differ, ids don't fit, an image is answered twice
            or is told to be of another class or woman by another job, or there is no image in common.
    """
    if len(sets) < 2 or len(sets) != len(ids) or any(one.n != len(ids[place]) for place, one in enumerate(sets)):
        raise ParameterError("A comparison needs two models or more, and the image of each of their answers.")
    if len({one.class_names for one in sets}) > 1:
        raise ParameterError(
            "The models tell different classes apart; only models of the same classes can be compared."
        )
    rows = [{image: row for row, image in enumerate(of_model)} for of_model in ids]
    if any(len(known) < one.n for known, one in zip(rows, sets, strict=True)):
        raise ParameterError("A model answered an image twice; compare models that answer each image once.")
    common = tuple(sorted(set.intersection(*(set(known) for known in rows))))
    if not common:
        raise ParameterError("The models have no test image in common; compare models tested on the same split.")
    kept = tuple(_rows(one, [known[image] for image in common]) for one, known in zip(sets, rows, strict=True))
    _check_agreement(kept, common)
    return Paired(common, kept, tuple(one.n - len(common) for one in sets))


def _rows(predictions: Predictions, rows: Sequence[int]) -> Predictions:
    return Predictions(
        predictions.truth[rows],
        predictions.predicted[rows],
        predictions.probabilities[rows],
        predictions.patients[rows],
        predictions.class_names,
    )


def _check_agreement(sets: Sequence[Predictions], ids: Sequence[str]) -> None:
    first = sets[0]
    for other in sets[1:]:
        differs = np.flatnonzero((first.truth != other.truth) | (first.patients != other.patients))
        if len(differs):
            image = differs[0]
            classes = [one.class_names[one.truth[image]] for one in (first, other)]
            raise ParameterError(
                f"Image {ids[image]} is {classes[0]} of woman {first.patients[image]} in one job and {classes[1]} of "
                f"woman {other.patients[image]} in another; compare jobs with the same label policy."
            )
