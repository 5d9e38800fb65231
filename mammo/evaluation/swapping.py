"""The paired permutation test: were two models equally good, their answers could be swapped, woman by woman."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mammo.evaluation.intervals import Values
from mammo.evaluation.outcomes import Outcomes, weighted_outcomes
from mammo.evaluation.predictions import Predictions

SWAPS = 1000  # ways of swapping that are tried: p is known to 0.001
_BLOCK_SIZE = 1_000_000  # image weights at once


def swapped_outcomes(
    first: Predictions, second: Predictions, *, seed: int, swaps: int = SWAPS
) -> tuple[Outcomes, Outcomes]:
    """Outcomes of two models that traded all their answers on half of the women, drawn anew each time.

    Probabilities are traded as ranks among the model's own, so that a model that is surer of all its answers can be
    traded with one that is less sure.

    Args:
        first: Paired answers (``pairing.paired``).
        second: Likewise.
        seed: Of the draws.
        swaps: How many times.
    """
    both = _stacked(first, second)
    women, position = np.unique(first.patients, return_inverse=True)
    generator = np.random.default_rng(seed)
    blocks = []
    rows = max(1, _BLOCK_SIZE // both.n)
    for start in range(0, swaps, rows):
        keeps = generator.integers(0, 2, (min(rows, swaps - start), len(women))).astype(np.float64)[:, position]
        kept, traded = np.hstack([keeps, 1 - keeps]), np.hstack([1 - keeps, keeps])
        blocks.append((weighted_outcomes(both, kept), weighted_outcomes(both, traded)))
    of_first, of_second = zip(*blocks, strict=True)
    return Outcomes.joined(of_first), Outcomes.joined(of_second)


def _stacked(first: Predictions, second: Predictions) -> Predictions:
    """The answers of both models as if to twice as many images, probabilities as ranks."""
    return replace(
        first,
        truth=np.tile(first.truth, 2),
        predicted=np.concatenate([first.predicted, second.predicted]),
        probabilities=np.concatenate([_ranks(first.probabilities), _ranks(second.probabilities)]),
        patients=np.tile(first.patients, 2),
    )


def _ranks(probabilities: Values) -> Values:
    """Midranks of each column, shape (N, K)."""
    ordered = np.sort(probabilities, axis=0)
    pairs = list(zip(ordered.T, probabilities.T, strict=True))
    below = [np.searchsorted(column, values, side="left") for column, values in pairs]
    up_to = [np.searchsorted(column, values, side="right") for column, values in pairs]
    return np.add(below, up_to).T / 2
