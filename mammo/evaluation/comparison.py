"""Two or more models on the same images: how far their scores differ, and whether that can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from mammo.errors import ParameterError
from mammo.evaluation.evaluation import scored
from mammo.evaluation.holm import holm
from mammo.evaluation.intervals import Values
from mammo.evaluation.outcomes import Outcomes, observed_outcomes
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.resampling import RESAMPLES, resampled_outcomes
from mammo.evaluation.scores import SCORES, Score
from mammo.evaluation.swapping import swapped_outcomes
from mammo.evaluation.verdicts import MARGIN, ComparedScore

_ROUNDING = 1e-12


def compared(
    sets: Sequence[Predictions],
    names: Sequence[str] = ("top1",),
    *,
    margin: float = MARGIN,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> tuple[ComparedScore, ...]:
    """Scores of every pair of models on the same images, with what can be said about their differences.

    The interval comes from drawing women, once for all models. p is the greater of two: twice the share of draws on the
    other side of no difference, and the share of ways to swap the two models' answers woman by woman that make the
    difference as great; draws alone trust a handful of images that all changed to one side too readily. p_equivalence
    is the share of draws beyond the margin, on the side where there are more (two one-sided tests), but at least the
    chance that all women look alike though ``margin`` of them differ. Both are Holm's for all pairs, score by score.

    Args:
        sets: Paired answers of each model (``pairing.paired``).
        names: Of scores in SCORES; the result is ordered by score, then by pair.
        margin: A difference below it is of no use, in (0, 1).
        seed: Of the draws.
        resamples: Draws of women.

    Raises:
        ParameterError: If there are fewer than two models, they are not of the same images, or the margin is not
            between 0 and 1.
        UnknownNameError: If there is no such score.

    Source:
        Efron and Tibshirani 1993, An introduction to the bootstrap (paired resampling, permutation); Schuirmann 1987
        (two one-sided tests); Holm 1979.
    """
    _check(sets, margin)
    observed = [observed_outcomes(one) for one in sets]
    resampled = resampled_outcomes(sets, seed=seed, resamples=resamples)
    found: dict[str, list[ComparedScore]] = {name: [] for name in names}
    for first, second in combinations(range(len(sets)), 2):
        pair = _Pair(
            places=(first, second),
            women=sets[first].patient_count,
            observed=(observed[first], observed[second]),
            resampled=(resampled[first], resampled[second]),
            swapped=swapped_outcomes(sets[first], sets[second], seed=seed),
        )
        for name in names:
            found[name].append(_compared(pair, SCORES[name], margin))
    return tuple(one for of_score in found.values() for one in _adjusted(of_score))


def _check(sets: Sequence[Predictions], margin: float) -> None:
    if len(sets) < 2 or any(
        one.class_names != sets[0].class_names
        or not np.array_equal(one.truth, sets[0].truth)
        or not np.array_equal(one.patients, sets[0].patients)
        for one in sets
    ):
        raise ParameterError("Compare two or more models on the same images; pair their answers first.")
    if not 0 < margin < 1:
        raise ParameterError(f"A margin of equivalence lies between 0 and 1, not at {margin}.")


@dataclass(frozen=True, eq=False)
class _Pair:
    """Outcomes of two models: of the images as they are, of drawn women, and of swapped answers."""

    places: tuple[int, int]
    women: int
    observed: tuple[Outcomes, Outcomes]
    resampled: tuple[Outcomes, Outcomes]
    swapped: tuple[Outcomes, Outcomes]


def _compared(pair: _Pair, score: Score, margin: float) -> ComparedScore:
    """One score of one pair, p values by themselves, before Holm."""
    first, second = (float(score.compute(one)[0]) for one in pair.observed)
    gaps, swapped = (_gaps(score, pair.resampled), _gaps(score, pair.swapped))
    difference = scored(second - first, gaps, f"{score.label} is undefined here", women=pair.women)
    is_known = difference.low is not None
    return ComparedScore(
        *pair.places,
        score=score.name,
        margin=margin,
        first_value=None if np.isnan(first) else first,
        second_value=None if np.isnan(second) else second,
        difference=difference,
        p=max(_p_of_draws(gaps), _p_of_swaps(second - first, swapped)) if is_known else None,
        p_equivalence=max(_p_beyond(gaps, margin), (1 - margin) ** pair.women) if is_known else None,
        women=pair.women,
    )


def _gaps(score: Score, outcomes: tuple[Outcomes, Outcomes]) -> Values:
    """Second less first, where both are defined, shape (up to R,)."""
    first, second = (score.compute(one) for one in outcomes)
    gaps = second - first
    return np.asarray(gaps[~np.isnan(gaps)])


# In each, the data count as one more draw: no finite number of draws shows that a chance is 0.


def _p_of_draws(gaps: Values) -> float:
    smaller_side = min(int((gaps <= 0).sum()), int((gaps >= 0).sum()))
    return min(1.0, 2 * (1 + smaller_side) / (len(gaps) + 1))


def _p_of_swaps(gap: float, swapped: Values) -> float:
    return (1 + int((np.abs(swapped) >= abs(gap) - _ROUNDING).sum())) / (len(swapped) + 1)


def _p_beyond(gaps: Values, margin: float) -> float:
    return (1 + max(int((gaps <= -margin).sum()), int((gaps >= margin).sum()))) / (len(gaps) + 1)


def _adjusted(of_score: Sequence[ComparedScore]) -> list[ComparedScore]:
    ps, ps_equivalence = holm([one.p for one in of_score]), holm([one.p_equivalence for one in of_score])
    return [replace(one, p=p, p_equivalence=q) for one, p, q in zip(of_score, ps, ps_equivalence, strict=True)]
