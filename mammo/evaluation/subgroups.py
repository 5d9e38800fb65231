"""Is a model as good for every group of women, views and scanners? Scores by subgroup, and within them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mammo.errors import ParameterError
from mammo.evaluation.confusion import ConfusionMatrix
from mammo.evaluation.evaluation import scored, why_undefined
from mammo.evaluation.intervals import Interval, Values
from mammo.evaluation.notes import counted_women
from mammo.evaluation.outcomes import weighted_auc_within, weighted_outcomes
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.questions import BinaryScores
from mammo.evaluation.resampling import RESAMPLES, resampled_values
from mammo.evaluation.scores import SCORES

LEAST_WOMEN = 10  # fewer show nothing about a group, and could be known by their figures
NOT_KNOWN = "not known"

Groups = npt.NDArray[np.str_]  # the group of each image, shape (N,)


@dataclass(frozen=True)
class Subgroup:
    """One score on the images of one group, beside the score on all others."""

    group: str
    images: int
    women: int
    score: Interval  # not given for fewer than LEAST_WOMEN women
    difference: Interval  # to the score on the images of all other groups

    @property
    def stands_out(self) -> bool:
        """The whole interval of the difference lies on one side of 0."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and not low <= 0 <= high


def subgroup_scores(
    predictions: Predictions, groups: Sequence[str | None], score: str, *, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[Subgroup, ...]:
    """One score for each group, with intervals by drawing women once for all groups.

    Args:
        predictions: Answers to N images.
        groups: Of each image; None where it isn't known, which makes a group of its own.
        score: Name in SCORES.
        seed: Of the draws.
        resamples: Draws of women.

    Returns:
        Groups in the order of their names, the unknown last.

    Raises:
        ParameterError: If there isn't one group for each image.
        UnknownNameError: If there is no such score.
    """
    of_images = _checked(groups, predictions.n)
    known = sorted(set(of_images.tolist()), key=lambda group: (group == NOT_KNOWN, group))
    return tuple(_subgroup(predictions, of_images == group, group, score, (seed, resamples)) for group in known)


def subgroups_sentence(subgroups: Sequence[Subgroup], label: str) -> str:
    """What to make of a table of subgroups: who stands out, and how many would by chance alone."""
    judged = [one for one in subgroups if one.difference.low is not None]
    if len(judged) < 2:
        return (
            f"{label} can't be compared between groups: fewer than two hold {LEAST_WOMEN} women of every class needed."
        )
    named = [f"{one.group} ({one.difference.value:+.2f} to the rest)" for one in judged if one.stands_out]
    chance = f"Of {len(judged)} groups, one in twenty stands out by chance alone."
    return f"{label} differs for {', '.join(named)}. {chance}" if named else f"{label} differs for no group. {chance}"


def within_groups_auc(
    scores: BinaryScores, groups: Sequence[str | None], *, seed: int = 0, resamples: int = RESAMPLES
) -> Interval:
    """Chance that a positive scores higher than a negative of the same group: what a model knows beside the group.

    The AUC of each group, weighted by its pairs of a positive and a negative. Far below the plain AUC, the model knows
    the group (a scanner, say) and little else.

    Args:
        scores: A question answered on N images.
        groups: Of each image; None where it isn't known, which makes a group of its own.
        seed: Of the draws.
        resamples: Draws of women.

    Raises:
        ParameterError: If there isn't one group for each image.
    """
    of_images = _checked(groups, scores.n)

    def stratified(weights: Values) -> Values:
        return weighted_auc_within(scores.score, scores.is_positive, of_images, weights)

    value = float(stratified(np.ones((1, scores.n)))[0])
    undefined = "no group holds both a positive and a negative image"
    if np.isnan(value):
        return Interval(None, reason=undefined)
    drawn = resampled_values(scores.patients, stratified, seed=seed, resamples=resamples)
    return scored(value, drawn, undefined, women=scores.patient_count)


def _checked(groups: Sequence[str | None], n: int) -> Groups:
    if len(groups) != n:
        raise ParameterError(f"There are {n} images, but {len(groups)} groups.")
    return np.array([NOT_KNOWN if group is None else group for group in groups], dtype=np.str_)


def _subgroup(
    predictions: Predictions, inside: npt.NDArray[np.bool_], group: str, score: str, draws: tuple[int, int]
) -> Subgroup:
    images, women = int(inside.sum()), len(np.unique(predictions.patients[inside]))
    if women < LEAST_WOMEN:
        few = Interval(None, reason=f"only {counted_women(women)}, a score needs {LEAST_WOMEN}")
        return Subgroup(group, images, women, score=few, difference=few)
    compute = SCORES[score].compute

    def both(weights: Values) -> Values:
        of_group, of_rest = (weighted_outcomes(predictions, weights * part) for part in (inside, ~inside))
        return np.column_stack([compute(of_group), compute(of_rest)])

    ((value, rest),) = both(np.ones((1, predictions.n)))
    seed, resamples = draws
    drawn = resampled_values(predictions.patients, both, seed=seed, resamples=resamples)
    why = _why_undefined(predictions, score, inside)
    why_none = why if np.isnan(value) else f"among the others {_why_undefined(predictions, score, ~inside)}"
    return Subgroup(
        group,
        images,
        women,
        score=scored(float(value), drawn[:, 0], why, women=women),
        difference=_few_others(predictions, ~inside)
        or scored(float(value - rest), drawn[:, 0] - drawn[:, 1], why_none, women=women),
    )


def _few_others(predictions: Predictions, others: npt.NDArray[np.bool_]) -> Interval | None:
    women = len(np.unique(predictions.patients[others]))
    if women >= LEAST_WOMEN:
        return None
    return Interval(None, reason=f"only {counted_women(women)} in other groups, a comparison needs {LEAST_WOMEN}")


def _why_undefined(predictions: Predictions, score: str, part: npt.NDArray[np.bool_]) -> str:
    confusion = ConfusionMatrix.from_labels(
        predictions.truth[part], predictions.predicted[part], predictions.class_names
    )
    return why_undefined(SCORES[score], confusion)
