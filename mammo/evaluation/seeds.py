"""Scores averaged over several trainings: of other seeds on the same images, or of the folds of a cross-validation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mammo.errors import ParameterError
from mammo.evaluation.evaluation import scored
from mammo.evaluation.intervals import Interval
from mammo.evaluation.outcomes import observed_outcomes
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.resampling import RESAMPLES, resampled_outcomes
from mammo.evaluation.scores import Score, scores_for


def mean_of_seeds(sets: Sequence[Predictions], *, seed: int = 0, resamples: int = RESAMPLES) -> dict[str, Interval]:
    """Mean of every score over the sets, with one interval from drawing the women once for all sets together.

    The interval says how far other women would move the mean. It holds no share for other seeds than these.

    Args:
        sets: Predictions of each training; the same classes in each.
        seed: Of the draws; equal input gives equal intervals.
        resamples: Draws of women.

    Returns:
        Intervals by name in SCORES; undefined where a score is undefined in one set.

    Raises:
        ParameterError: If there are no sets or their classes differ.
    """
    if len({one.class_names for one in sets}) != 1:
        raise ParameterError("A mean over trainings needs one or more, all of the same classes in the same order.")
    observed = [observed_outcomes(one) for one in sets]
    resampled = resampled_outcomes(sets, seed=seed, resamples=resamples)
    women = len(np.unique(np.concatenate([one.patients for one in sets])))

    def mean(score: Score) -> Interval:
        values = np.array([score.compute(one)[0] for one in observed])
        means = np.mean([score.compute(one) for one in resampled], axis=0)
        undefined = f"undefined in {int(np.isnan(values).sum())} of {len(sets)} trainings"
        return scored(float(values.mean()), means, undefined, women=women)

    return {score.name: mean(score) for score in scores_for(sets[0].class_names)}
