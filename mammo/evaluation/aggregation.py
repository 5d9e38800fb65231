"""From images to breasts to women: the level at which a reader decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from mammo.errors import ParameterError
from mammo.evaluation.confusion import Labels
from mammo.evaluation.intervals import Values
from mammo.evaluation.predictions import Predictions

Level = Literal["image", "breast", "woman"]
LEVELS: tuple[Level, ...] = ("image", "breast", "woman")


def aggregated(predictions: Predictions, lateralities: Sequence[str | None], level: Level) -> Predictions:
    """One answer for each breast (mean of its views) or woman (the worse of her breasts).

    Worse means later in ``class_names``. A woman's probability of class k or worse is the greater of her two breasts':
    so her probability of malignant is the greater one, her probability of normal the smaller one, and all sum to 1.
    The truth of a breast is the worst of its images' labels, that of a woman the worst of her breasts'.

    Args:
        predictions: Answers to N images.
        lateralities: Side of each image, "L" or "R"; an image without one stands as a breast of its own.
        level: What one answer shall be about.

    Returns:
        Answers whose predicted class is the most probable after aggregation, women in the order of their ids.

    Raises:
        ParameterError: If there isn't one laterality for each image.
    """
    if len(lateralities) != predictions.n:
        raise ParameterError(f"There are {predictions.n} images, but {len(lateralities)} lateralities.")
    if level == "image":
        return predictions
    sides = [side or f"image {image}" for image, side in enumerate(lateralities)]
    breasts = _grouped(predictions, list(zip(predictions.patients.tolist(), sides, strict=True)), _means)
    if level == "breast":
        return breasts
    return _grouped(breasts, [(woman,) for woman in breasts.patients.tolist()], _worst)


def _grouped(
    predictions: Predictions, keys: Sequence[tuple[str, ...]], merged: Callable[[Values, Labels], Values]
) -> Predictions:
    """One answer for each different key, N keys that start with the woman's id."""
    groups = sorted(set(keys))
    position = {key: group for group, key in enumerate(groups)}
    group_of = np.array([position[key] for key in keys])
    truth = np.zeros(len(groups), dtype=np.int64)
    np.maximum.at(truth, group_of, predictions.truth)
    probabilities = merged(predictions.probabilities, group_of)
    return Predictions.checked(truth, probabilities, [key[0] for key in groups], predictions.class_names)


def _means(probabilities: Values, group_of: Labels) -> Values:
    sums = np.zeros((group_of.max() + 1, probabilities.shape[1]))
    np.add.at(sums, group_of, probabilities)
    means: Values = sums / np.bincount(group_of)[:, None]
    return means


def _worst(probabilities: Values, group_of: Labels) -> Values:
    this_or_worse = probabilities[:, ::-1].cumsum(axis=1)[:, ::-1]
    greatest = np.zeros((group_of.max() + 1, probabilities.shape[1]))
    np.maximum.at(greatest, group_of, this_or_worse)
    return np.asarray(greatest - np.pad(greatest[:, 1:], ((0, 0), (0, 1))))
