"""What is kept of a finished training, and in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mammo.evaluation.evaluation import Evaluation, evaluate
from mammo.evaluation.intervals import Interval
from mammo.evaluation.wording import chance_sentences
from mammo.store import PredictionRecord
from mammo.training.config import TrainingConfig

if TYPE_CHECKING:
    from mammo.training.procedure import PartPredictions, TrainingOutcome

_AT_RANDOM = (
    "Normal regions lie at random places, lesions where lesions lie: part of this score is position, not disease."
)


def training_result(outcome: TrainingOutcome, config: TrainingConfig) -> dict[str, Any]:
    """Evaluations by part, the position control's, and sentences to read beside them; plain values."""
    evaluations = {
        part: evaluation
        for part in ("validation", "test")
        if (evaluation := evaluated(outcome.predictions, part, outcome.class_names)) is not None
    }
    result: dict[str, Any] = {part: evaluation.to_json() for part, evaluation in evaluations.items()}
    notes = list(outcome.notes)
    if "test" in evaluations:
        notes += chance_sentences(evaluations["test"])
    control = evaluated(outcome.control, "test", outcome.class_names)
    if control is not None:
        result["position_control"] = control.to_json()
        notes.append(position_sentence(evaluations["test"].scores, control.scores))
    elif config.region == "lesion" and config.normal_regions == "random":
        notes.append(_AT_RANDOM)
    return {**result, "notes": notes}


def evaluated(predictions: Sequence[PartPredictions], part: str, class_names: Sequence[str]) -> Evaluation | None:
    """Scores of one part, the folds' predictions put together; None where there are none."""
    chosen = [one for one in predictions if one.part == part]
    if not chosen:
        return None
    return evaluate(
        np.concatenate([one.truth for one in chosen]),
        np.concatenate([one.probabilities for one in chosen]),
        [patient for one in chosen for patient in one.patients],
        class_names,
    )


def position_sentence(headline: Mapping[str, Interval], control: Mapping[str, Interval]) -> str:
    """What the place of normal regions gives away, in words; both are scores by name."""
    at_lesions, at_random = headline["auc_abnormal"].value, control["auc_abnormal"].value
    if at_lesions is None or at_random is None:
        return "The share of position in the score can't be told: an AUC is undefined."
    return (
        f"AUC abnormal versus normal is {at_lesions:.2f} with normal regions at lesions' places and {at_random:.2f} "
        f"with normal regions at random places. The gap of {at_random - at_lesions:+.2f} is position, not disease; "
        "the first figure is the one to quote."
    )


def prediction_records(outcome: TrainingOutcome) -> list[PredictionRecord]:
    """One record for each item that was predicted; the position control's folds follow the headline's."""
    return [
        PredictionRecord(one.part, one.fold, item, sample, patient, int(truth), tuple(map(float, probabilities)))
        for one in (*outcome.predictions, *outcome.control)
        for item, sample, patient, truth, probabilities in zip(
            one.ids, one.sample_ids, one.patients, one.truth, one.probabilities, strict=True
        )
    ]
