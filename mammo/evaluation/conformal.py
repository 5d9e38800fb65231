"""Which classes fit an image, with a promise: of new women's images, at least 90 % are given a set with their truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError
from mammo.evaluation.intervals import Interval, Values, wilson_of_share
from mammo.evaluation.predictions import Predictions

GOAL = 0.9  # of the women, whose truth is to be in the set
_ROUNDING = 1e-12


@dataclass(frozen=True)
class ConformalSets:
    """From which probability on a class belongs to the set of an image, learnt for each class by itself."""

    goal: float  # least share of sets that hold the truth, for each class
    least: tuple[float, ...]  # probability of each class from which on it fits; 0: it always does
    women: tuple[int, ...]  # validation women who have the class

    @property
    def fewest_women(self) -> int:
        """So many women of a class it takes before the class can ever be ruled out."""
        return int(np.ceil(self.goal / (1 - self.goal) - _ROUNDING))

    def hold(self, probabilities: Values) -> npt.NDArray[np.bool_]:
        """Whether each class fits, shape (N, K), for probabilities of that shape."""
        return np.asarray(probabilities >= np.array(self.least))

    def fitting(self, probabilities: Mapping[str, float]) -> tuple[str, ...]:
        """The classes that fit one image, in the order of ``probabilities``."""
        held = self.hold(np.array([list(probabilities.values())]))[0]
        return tuple(name for name, fits in zip(probabilities, held, strict=True) if fits)


def fitted_sets(predictions: Predictions, *, goal: float = GOAL) -> ConformalSets:
    """Sets that hold the truth of an image of a new woman with a chance of ``goal`` or more, whatever its class.

    A class k fits where p_k >= 1 - q_k. With the score s = 1 - p_k of the images that are of class k, q_k is the least
    q with sum over women of (share of her images with s <= q) / (W + 1) >= goal, W women having the class. Each woman
    counts once, since her images resemble each other; the 1 stands for the new woman. With too few women no q does it:
    then the class always fits, which keeps the promise by saying less.

    The promise rests on validation women being like new ones. A training that stopped at its best validation epoch
    has seen them a little, so that test images are worth a look as well (``coverage``).

    Args:
        predictions: Answers to images that the model was not fitted on.
        goal: In (0, 1).

    Raises:
        ParameterError: If the goal is not between 0 and 1.

    Source:
        Vovk 2012, Conditional validity of inductive conformal predictors (a threshold for each class); Sadinle et al.
        2019, Least ambiguous set-valued classifiers (1 - p as the score); Lee, Barber and Willett 2023,
        Distribution-free inference with hierarchical data (women with several images).
    """
    if not 0 < goal < 1:
        raise ParameterError(f"The share of sets that hold the truth lies between 0 and 1, not at {goal}.")
    everybody = np.ones(predictions.n, np.bool_)
    return _fitted(predictions, everybody, goal)


def coverage(sets: ConformalSets, predictions: Predictions) -> Interval:
    """The share of women whose truth the sets hold, each woman with the share of her images; other women than fitted.

    Source:
        Wilson's interval with each woman as one case: it is too wide rather than too narrow.
    """
    return _by_woman(_holds_truth(sets, predictions), predictions)


def crossfitted_coverage(predictions: Predictions, *, goal: float = GOAL) -> Interval:
    """The same on the women that the sets are fitted on: each one judged by sets fitted on all the others."""
    is_held = np.zeros(predictions.n, np.bool_)
    for woman in np.unique(predictions.patients):
        hers = predictions.patients == woman
        is_held[hers] = _holds_truth(_fitted(predictions, ~hers, goal), predictions)[hers]
    return _by_woman(is_held, predictions)


def _fitted(predictions: Predictions, among: npt.NDArray[np.bool_], goal: float) -> ConformalSets:
    least, women = [], []
    for label in range(len(predictions.class_names)):
        chosen = among & (predictions.truth == label)
        probabilities, patients = predictions.probabilities[chosen, label], predictions.patients[chosen]
        women.append(len(np.unique(patients)))
        least.append(_least_probability(probabilities, patients, goal))
    return ConformalSets(goal, tuple(least), tuple(women))


def _least_probability(probabilities: Values, patients: npt.NDArray[np.str_], goal: float) -> float:
    """1 - q of one class; 0 where there are too few women."""
    women, position, images = np.unique(patients, return_inverse=True, return_counts=True)
    weights = 1 / images[position] / (len(women) + 1)
    falling = np.argsort(-probabilities, kind="stable")
    reached = np.flatnonzero(np.cumsum(weights[falling]) >= goal - _ROUNDING)
    return float(probabilities[falling][reached[0]]) if reached.size else 0.0


def _holds_truth(sets: ConformalSets, predictions: Predictions) -> npt.NDArray[np.bool_]:
    return np.asarray(sets.hold(predictions.probabilities)[np.arange(predictions.n), predictions.truth])


def _by_woman(is_held: npt.NDArray[np.bool_], predictions: Predictions) -> Interval:
    _, position, images = np.unique(predictions.patients, return_inverse=True, return_counts=True)
    shares = np.bincount(position, is_held) / images
    return wilson_of_share(float(shares.mean()), len(images))
