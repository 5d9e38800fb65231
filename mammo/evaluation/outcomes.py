"""What every score is computed from, for many weightings of the same images at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.evaluation.intervals import Values
from mammo.evaluation.predictions import Predictions


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Counts and one-vs-rest AUCs of R weightings of one set of predictions, K classes."""

    class_names: tuple[str, ...]
    counts: Values  # shape (R, K, K), whole numbers; rows = truth
    aucs: Values  # shape (R, K), NaN for a class that holds none or all of the images

    @classmethod
    def joined(cls, blocks: Sequence[Outcomes]) -> Outcomes:
        """Several blocks of weightings, of the same predictions, as one."""
        return cls(
            blocks[0].class_names,
            np.concatenate([block.counts for block in blocks]),
            np.concatenate([block.aucs for block in blocks]),
        )


def observed_outcomes(predictions: Predictions) -> Outcomes:
    """The images as they are: R = 1."""
    return weighted_outcomes(predictions, np.ones((1, predictions.n)))


def weighted_outcomes(predictions: Predictions, weights: Values) -> Outcomes:
    """The images as if image i stood there ``weights[r, i]`` times, shape (R, N), whole numbers of 0 or more."""
    classes = len(predictions.class_names)
    cells = predictions.truth * classes + predictions.predicted
    counts = weights @ np.eye(classes**2)[cells]
    aucs = [
        weighted_auc(predictions.probabilities[:, label], predictions.truth == label, weights)
        for label in range(classes)
    ]
    return Outcomes(predictions.class_names, counts.reshape(-1, classes, classes), np.stack(aucs, axis=1))


def weighted_auc(score: Values, is_positive: npt.NDArray[np.bool_], weights: Values) -> Values:
    """Chance that a positive scores higher than a negative, equal scores counting half, for each weighting.

    Args:
        score: Shape (N,); higher speaks for positive.
        is_positive: Shape (N,).
        weights: How often each image stands there, shape (R, N), whole numbers of 0 or more.

    Returns:
        Shape (R,), in [0, 1]; NaN where no positive or no negative has weight.

    Source:
        Hanley and McNeil 1982: the AUC is the Mann-Whitney statistic over the number of pairs. It is counted here by
        ranks among the sorted negatives, so that no resample has to be laid out and sorted.
    """
    negatives = np.flatnonzero(~is_positive)
    negatives = negatives[np.argsort(score[negatives], kind="stable")]
    negatives_up_to = np.zeros((len(weights), len(negatives) + 1))
    np.cumsum(weights[:, negatives], axis=1, out=negatives_up_to[:, 1:])
    below = np.searchsorted(score[negatives], score[is_positive], side="left")
    below_or_equal = np.searchsorted(score[negatives], score[is_positive], side="right")
    positive_weights = weights[:, is_positive]
    beaten = (negatives_up_to[:, below] + negatives_up_to[:, below_or_equal]) / 2
    won = np.einsum("rp,rp->r", positive_weights, beaten)
    pairs = positive_weights.sum(axis=1) * negatives_up_to[:, -1]
    auc: Values = np.full(len(weights), np.nan)
    np.divide(won, pairs, out=auc, where=pairs > 0)
    return auc


def weighted_auc_within(
    score: Values, is_positive: npt.NDArray[np.bool_], groups: npt.NDArray[np.generic], weights: Values
) -> Values:
    """``weighted_auc`` by pairs of images of the same group alone.

    Args:
        score: Shape (N,); higher speaks for positive.
        is_positive: Shape (N,).
        groups: The group of each image, shape (N,).
        weights: How often each image stands there, shape (R, N).

    Returns:
        Shape (R,), in [0, 1]; NaN where no group has a pair of weight.
    """
    won, pairs = np.zeros((2, len(weights)))
    for group in np.unique(groups):
        inside = groups == group
        drawn = weights[:, inside]
        both = drawn[:, is_positive[inside]].sum(axis=1) * drawn[:, ~is_positive[inside]].sum(axis=1)
        won += np.where(both > 0, weighted_auc(score[inside], is_positive[inside], drawn), 0) * both
        pairs += both
    return np.asarray(np.divide(won, pairs, out=np.full(len(won), np.nan), where=pairs > 0))
