"""All scores of one set of predictions, with intervals, and what they can't tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mammo.evaluation.confusion import ConfusionMatrix
from mammo.evaluation.intervals import Interval, Values, percentile_interval
from mammo.evaluation.notes import notes_on
from mammo.evaluation.outcomes import observed_outcomes
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.resampling import RESAMPLES, resampled_outcomes
from mammo.evaluation.scores import CLASS_SCORES, SCORES, Score, scores_for


@dataclass(frozen=True)
class Evaluation:
    """What one model is worth on one set of images."""

    n: int  # images
    patients: int  # women
    confusion: ConfusionMatrix
    scores: Mapping[str, Interval]  # by name in SCORES
    per_class: Mapping[str, Mapping[str, Interval]]  # by class, then by name in CLASS_SCORES
    notes: tuple[str, ...] = ()  # sentences to be read beside the scores

    def to_json(self) -> dict[str, Any]:
        """Plain values, None for what is undefined; a score with two names stands under both."""
        counts = dict(zip(self.confusion.class_names, self.confusion.true_counts.tolist(), strict=True))
        return {
            "n": self.n,
            "patients": self.patients,
            "confusion": self.confusion.to_json(),
            "scores": {
                key: interval.to_json()
                for name, interval in self.scores.items()
                for key in (name, *SCORES[name].also_named)
            },
            "per_class": {
                label: {"n": counts[label]} | {name: interval.to_json() for name, interval in intervals.items()}
                for label, intervals in self.per_class.items()
            },
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Evaluation:
        """The evaluation that ``to_json`` wrote; scores that this version doesn't know are left out."""
        return cls(
            n=facts["n"],
            patients=facts["patients"],
            confusion=ConfusionMatrix.from_json(facts["confusion"]),
            scores=_known(facts["scores"], SCORES),
            per_class={label: _known(scores, CLASS_SCORES) for label, scores in facts["per_class"].items()},
            notes=tuple(facts["notes"]),
        )


def evaluate(  # noqa: PLR0913 - four sequences that belong together and three choices, all named by callers
    truth: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    patients: Sequence[object],
    class_names: Sequence[str],
    *,
    predicted: npt.ArrayLike | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Evaluation:
    """Compute every score with its patient-clustered 95 % bootstrap interval; all from the same draws of women.

    Args:
        truth: Index of each image's true class, shape (N,).
        probabilities: Shape (N, K), each row sums to 1.
        patients: The woman of each image, N ids.
        class_names: K names; kappa takes their order as the order from harmless to grave.
        predicted: Index of each image's predicted class, shape (N,), where it isn't simply the most probable.
        seed: Of the draws; equal input gives equal intervals.
        resamples: Draws of women, 2000 for reports.

    Raises:
        ParameterError: If the input isn't whole; see ``Predictions.checked``; or ``resamples`` is below 1.
    """
    predictions = Predictions.checked(truth, probabilities, patients, class_names, predicted)
    confusion = ConfusionMatrix.from_labels(predictions.truth, predictions.predicted, predictions.class_names)
    observed = observed_outcomes(predictions)
    (resampled,) = resampled_outcomes([predictions], seed=seed, resamples=resamples)
    women = predictions.patient_count

    def interval(score: Score, label: int | None = None) -> Interval:
        value, values = score.compute(observed)[0], score.compute(resampled)
        if label is None:
            return scored(float(value), values, why_undefined(score, confusion), women=women)
        reason = why_undefined(score, confusion, label=predictions.class_names[label])
        return scored(float(value[label]), values[:, label], reason, women=women)

    scores = {score.name: interval(score) for score in scores_for(predictions.class_names)}
    per_class = {
        name: {score.name: interval(score, label) for score in CLASS_SCORES.values()}
        for label, name in enumerate(predictions.class_names)
    }
    notes = notes_on(predictions, confusion, scores, per_class)
    return Evaluation(predictions.n, women, confusion, scores, per_class, notes)


def scored(value: float, resampled: Values, undefined: str, *, women: int) -> Interval:
    """One score with its interval, or with the reason for having none.

    Args:
        value: The score on all images, NaN if undefined.
        resampled: The score on each resample, shape (R,).
        undefined: The reason to give if ``value`` is NaN.
        women: Of how many women the images are; one alone leaves nothing to resample.
    """
    if np.isnan(value):
        return Interval(None, reason=undefined)
    if women < 2:
        return Interval(value, reason="all images are of one woman")
    return percentile_interval(value, resampled)


def why_undefined(score: Score, confusion: ConfusionMatrix, *, label: str = "") -> str:
    """The reason for which ``score`` would be undefined, with the classes named that it is about."""
    return score.undefined.format(
        absent=_without(confusion.true_counts, confusion.class_names),
        unpredicted=_without(confusion.predicted_counts, confusion.class_names),
        label=label,
    )


def _without(counts: npt.NDArray[np.int64], class_names: tuple[str, ...]) -> str:
    return " or ".join(name for name, count in zip(class_names, counts, strict=True) if not count)


def _known(scores: Mapping[str, Any], registry: Mapping[str, Score]) -> dict[str, Interval]:
    return {name: Interval.from_json(facts) for name, facts in scores.items() if name in registry}
