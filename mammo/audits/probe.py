"""Can columns of facts tell the class of women they were not fitted on? A lookup, cross-validated and permuted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mammo.evaluation.confusion import Labels
from mammo.evaluation.intervals import Values
from mammo.evaluation.predictions import Patients

FOLDS = 5
PERMUTATIONS = 999
_RIDGE = 10.0  # images' worth of doubt about each column
_BLOCK_SIZE = 4_000_000  # numbers at once: 32 MB


@dataclass(frozen=True, eq=False)
class Probed:
    """What a probe says of each image, fitted on other women, and how likely it is to say so much by chance."""

    scores: Values  # shape (N, K), one for each class; near probabilities, but not held within 0 and 1
    folds: npt.NDArray[np.int64]  # in which each image was left out, shape (N,)
    p: float  # one-sided

    @property
    def predicted(self) -> Labels:
        """Class of the greatest score, shape (N,)."""
        return np.asarray(self.scores.argmax(axis=1))


def probe(
    columns: Values, truth: Labels, patients: Patients, *, seed: int = 0, permutations: int = PERMUTATIONS
) -> Probed:
    """Fit class indicators by columns with least squares and a small ridge, in folds that keep women whole.

    On columns of zeros and ones that is an additive lookup table. It has a closed form, so that the same fit can be
    made for every permutation of the labels. Women trade their labels whole, image by image, which keeps the likeness
    of their images; a woman with more images than the other repeats the other's. p is the share of permutations in
    which the squared error on left-out women is as small as it is, the data counted as one of them.

    Args:
        columns: Shape (N, P).
        truth: Index of each image's class, shape (N,).
        patients: Shape (N,); as many women as folds or more.
        seed: Of folds and permutations.
        permutations: Of the labels.

    Source:
        Ojala and Garriga 2010, Permutation tests for studying classifier performance.
    """
    generator = np.random.default_rng(seed)
    women, position = np.unique(patients, return_inverse=True)
    fold_of_image = (generator.permutation(len(women)) % FOLDS)[position]
    folds = [_fitted(columns, fold_of_image == fold) for fold in range(FOLDS)]
    indicators = np.eye(int(truth.max()) + 1)[truth]
    scores = _left_out_scores(folds, indicators)
    error = float(((scores - indicators) ** 2).sum())
    as_small = 1
    per_block = max(1, _BLOCK_SIZE // indicators.size)
    for start in range(0, permutations, per_block):
        traded = _traded_labels(truth, position, generator, min(per_block, permutations - start))
        block = np.eye(indicators.shape[1])[traded].transpose(1, 0, 2).reshape(len(truth), -1)
        errors = (_left_out_scores(folds, block) - block) ** 2
        by_permutation = errors.sum(axis=0).reshape(len(traded), -1).sum(axis=1)
        as_small += int((by_permutation <= error * (1 + 1e-12)).sum())
    return Probed(scores, fold_of_image, p=as_small / (permutations + 1))


class _Fold(NamedTuple):
    """The fit without one fold, before it knows any labels; columns less their mean over the fitted images."""

    is_left_out: npt.NDArray[np.bool_]  # shape (N,)
    left_out: Values  # columns of the images left out, shape (L, P)
    solved: Values  # turns indicators of the fitted images into coefficients, shape (P, N - L)


def _fitted(columns: Values, is_left_out: npt.NDArray[np.bool_]) -> _Fold:
    mean = columns[~is_left_out].mean(axis=0)
    centered = columns[~is_left_out] - mean
    gram = centered.T @ centered + _RIDGE * np.eye(columns.shape[1])
    return _Fold(is_left_out, columns[is_left_out] - mean, np.linalg.solve(gram, centered.T))


def _left_out_scores(folds: Sequence[_Fold], indicators: Values) -> Values:
    """Scores of each image by the fit without its fold, shape of ``indicators``: (N, any number of targets)."""
    scores = np.empty_like(indicators)
    for fold in folds:
        fitted = indicators[~fold.is_left_out]
        scores[fold.is_left_out] = fitted.mean(axis=0) + fold.left_out @ (fold.solved @ fitted)
    return scores


def _traded_labels(
    truth: Labels, position: npt.NDArray[np.int64], generator: np.random.Generator, count: int
) -> Labels:
    """Labels after women have traded theirs, shape (count, N)."""
    order = np.argsort(position, kind="stable")
    images = np.bincount(position)
    starts = np.cumsum(images) - images
    place = np.empty(len(truth), dtype=np.int64)  # of an image among its woman's
    place[order] = np.arange(len(truth)) - np.repeat(starts, images)
    partners = np.array([generator.permutation(len(images)) for _ in range(count)])[:, position]
    return np.asarray(truth[order][starts[partners] + place % images[partners]])
