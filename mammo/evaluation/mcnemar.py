"""Is one model right more often than another on the same images? Exact tests, of images and of women."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.evaluation.intervals import Values
from mammo.evaluation.predictions import Patients, Predictions


@dataclass(frozen=True)
class McNemar:
    """Images that only one of two models got right, and how likely so uneven a number is if both are equally good."""

    only_first: int
    only_second: int
    p_images: float  # exact, two-sided; too small where a woman's images resemble each other
    p_women: float  # exact, two-sided; a woman's images stay together


def mcnemar(first: Predictions, second: Predictions) -> McNemar:
    """Test paired answers (``pairing.paired``).

    p_images is 2 P(X <= min(b, c)) for X binomial of b + c images with chance 1/2, at most 1; b and c count the images
    that only the first and only the second got right. p_women is the share of all ways to swap the models within whole
    women that make the difference in right answers as great as it is, or greater.

    Source:
        McNemar 1947, Note on the sampling error of the difference between correlated proportions. The second is
        Fisher's sign-flip test with women as units.
    """
    from scipy.special import bdtr  # here only: 13 MB that most pages needn't hold

    was_right, is_right = first.predicted == first.truth, second.predicted == second.truth
    only_first, only_second = int((was_right & ~is_right).sum()), int((is_right & ~was_right).sum())
    fewer, both = min(only_first, only_second), only_first + only_second
    return McNemar(
        only_first,
        only_second,
        p_images=min(1.0, 2 * float(bdtr(fewer, both, 0.5))) if both else 1.0,
        p_women=sign_flip_p(is_right.astype(np.int64) - was_right, first.patients),
    )


def sign_flip_p(gains: npt.NDArray[np.int64], patients: Patients) -> float:
    """Exact two-sided p of a sum of whole gains whose sign could as well be the other, woman by woman.

    Args:
        gains: What each image adds to the difference, shape (N,).
        patients: The woman of each image, shape (N,).
    """
    _, position = np.unique(patients, return_inverse=True)
    of_women = np.zeros(int(position.max()) + 1, dtype=np.int64)
    np.add.at(of_women, position, gains)
    chances = _chances_of_sums(np.abs(of_women))
    farthest = len(chances) // 2
    distances = np.abs(np.arange(-farthest, farthest + 1))
    return min(1.0, float(chances[distances >= abs(int(of_women.sum()))].sum()))


def _chances_of_sums(steps: npt.NDArray[np.int64]) -> Values:
    """Chance of each sum from -S to S of steps with random signs, S the sum of all steps; shape (2 S + 1,)."""
    chances = np.ones(1)
    for step in steps[steps > 0].tolist():
        longer = np.zeros(len(chances) + 2 * step)
        longer[: len(chances)] = chances / 2
        longer[2 * step :] += chances / 2
        chances = longer
    return chances
