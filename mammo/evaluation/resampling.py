"""The patient-clustered bootstrap: women are drawn with replacement, and each brings all of her images.

Images of one woman resemble each other, so that drawing images one by one would promise too narrow an interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError
from mammo.evaluation.intervals import Values
from mammo.evaluation.outcomes import Outcomes, weighted_outcomes
from mammo.evaluation.predictions import Patients, Predictions

RESAMPLES = 2000
_BLOCK_SIZE = 1_000_000  # image weights at once: 8 MB, which a processor's cache nearly holds


def resampled_outcomes(sets: Sequence[Predictions], *, seed: int, resamples: int) -> list[Outcomes]:
    """Outcomes of several sets of predictions under the same draws of women, one Outcomes of R resamples for each set.

    The sets may be of the same images (training seeds), of different women (folds), or anything between.

    Raises:
        ParameterError: If ``resamples`` is below 1.
    """
    women = np.unique(np.concatenate([one.patients for one in sets]))
    positions = [np.searchsorted(women, one.patients) for one in sets]
    rows = max(1, _BLOCK_SIZE // max(one.n for one in sets))
    blocks: list[list[Outcomes]] = [[] for _ in sets]
    for draws in drawn_women(len(women), seed=seed, resamples=resamples, rows=rows):
        for one, position, outcomes in zip(sets, positions, blocks, strict=True):
            outcomes.append(weighted_outcomes(one, draws[:, position]))
    return [Outcomes.joined(outcomes) for outcomes in blocks]


def resampled_values(
    patients: Patients, statistic: Callable[[Values], Values], *, seed: int, resamples: int = RESAMPLES
) -> Values:
    """Any statistic of N images under R draws of their women, shape (R, ...).

    Args:
        patients: The woman of each image, shape (N,).
        statistic: From how often each image stands there, shape (rows, N), to values of shape (rows, ...).
        seed: Of the draws; equal input gives equal values.
        resamples: R.

    Raises:
        ParameterError: If ``resamples`` is below 1.
    """
    women, position = np.unique(patients, return_inverse=True)
    rows = max(1, _BLOCK_SIZE // len(patients))
    draws = drawn_women(len(women), seed=seed, resamples=resamples, rows=rows)
    return np.concatenate([statistic(drawn[:, position]) for drawn in draws])


def drawn_women(women: int, *, seed: int, resamples: int, rows: int = RESAMPLES) -> Iterator[Values]:
    """How often each of ``women`` women is drawn, in blocks of shape (up to ``rows``, women); each row sums to women.

    The draws depend on ``seed`` alone, not on the size of the blocks.

    Raises:
        ParameterError: If ``resamples`` is below 1.
    """
    if resamples < 1:
        raise ParameterError(f"An interval needs 1 resample or more, not {resamples}.")
    generator = np.random.default_rng(seed)
    for start in range(0, resamples, rows):
        count = min(rows, resamples - start)
        yield _tallied(generator.integers(0, women, (count, women)), women)


def _tallied(draws: npt.NDArray[np.int64], women: int) -> Values:
    offsets = np.arange(len(draws))[:, None] * women
    tallies = np.bincount((draws + offsets).ravel(), minlength=len(draws) * women)
    return tallies.reshape(len(draws), women).astype(np.float64)
