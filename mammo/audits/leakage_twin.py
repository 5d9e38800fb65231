"""The leakage twin: what the same recipe seems to be worth more when women stand in training and in test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mammo.errors import ParameterError
from mammo.evaluation.evaluation import scored
from mammo.evaluation.intervals import Interval, Values
from mammo.evaluation.outcomes import Outcomes, observed_outcomes
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.resampling import RESAMPLES, resampled_outcomes
from mammo.evaluation.scores import SCORES, Score


@dataclass(frozen=True)
class LeakPremium:
    """One score by an image split and by a patient split, and what the first has too much."""

    score: str  # name in SCORES
    image_split: Interval
    patient_split: Interval
    premium: Interval  # image split less patient split
    women: int  # of both test parts together

    def __str__(self) -> str:
        label = SCORES[self.score].label
        premium = self.premium
        if premium.value is None or premium.low is None or premium.high is None:
            return f"The leak premium of {label} can't be told: {premium.reason}."
        points = f"{100 * premium.value:.1f} points ({100 * premium.low:.1f} to {100 * premium.high:.1f})"
        figures = f"{label} {self.image_split} by image split, {self.patient_split} by patient split"
        if premium.low > 0:
            return f"Splitting by image makes the model look better by {points}: {figures}."
        if premium.high < 0:
            return f"Splitting by image makes the model look worse by {points}; that is no leak: {figures}."
        return f"No leak can be told from noise, the premium is {points}: {figures}."


def leak_premium(
    image_split: Sequence[Predictions],
    patient_split: Sequence[Predictions],
    score: str = "top1",
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> LeakPremium:
    """The mean score of trainings split by image, less that of trainings split by patient.

    Women are drawn once for all test parts, which hold other images and partly other women; each draw gives a premium.
    The interval is about other women; of other trainings it holds only what several seeds average out.

    Args:
        image_split: Test predictions of one training or of several seeds, split by image.
        patient_split: Likewise, the same recipe split by patient.
        score: Name in SCORES.
        seed: Of the draws.
        resamples: Draws of women.

    Raises:
        ParameterError: If one of the two is missing or their classes differ.
        UnknownNameError: If there is no such score.
    """
    sets = [*image_split, *patient_split]
    if not image_split or not patient_split or len({one.class_names for one in sets}) > 1:
        raise ParameterError("A leak premium needs a training by image split and one by patient split, of one recipe.")
    observed = [observed_outcomes(one) for one in sets]
    resampled = resampled_outcomes(sets, seed=seed, resamples=resamples)
    by_image, by_patient = _means(SCORES[score], observed, len(image_split))
    drawn_by_image, drawn_by_patient = _means(SCORES[score], resampled, len(image_split))
    women = len(np.unique(np.concatenate([one.patients for one in sets])))
    undefined = f"{SCORES[score].label} is undefined in one of the trainings"

    def interval(value: Values, drawn: Values) -> Interval:
        return scored(float(value[0]), drawn, undefined, women=women)

    return LeakPremium(
        score,
        image_split=interval(by_image, drawn_by_image),
        patient_split=interval(by_patient, drawn_by_patient),
        premium=interval(by_image - by_patient, drawn_by_image - drawn_by_patient),
        women=women,
    )


def _means(score: Score, outcomes: Sequence[Outcomes], by_image: int) -> tuple[Values, Values]:
    """Mean score of the first ``by_image`` trainings and of the others, for each draw, shape (R,) each."""
    values = np.array([score.compute(one) for one in outcomes])
    return values[:by_image].mean(axis=0), values[by_image:].mean(axis=0)
