"""Carrying out a training job: from its row in the database to scores in the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mammo.config import Settings
from mammo.datasets import DATASETS, LabelPolicy
from mammo.errors import MammoError, NotFoundError
from mammo.evaluation.evaluation import Evaluation, evaluate
from mammo.evaluation.wording import chance_sentences
from mammo.files import write_json
from mammo.models import MODELS
from mammo.store import Store
from mammo.store.records import JobRecord, PredictionRow
from mammo.training.config import TrainingConfig
from mammo.training.fit import Metric
from mammo.training.plan import TrainingPlan, training_plan
from mammo.training.procedure import (
    PartPredictions,
    TrainingFolders,
    TrainingOutcome,
    TrainingSource,
    counts_of_first_fold,
    train_and_evaluate,
)

TRAINING = "training"
_HEARTBEAT_SECONDS = 1.0
_STOPPING = {"cancelling", "pausing"}

Listener = Callable[[float, str], None]


@dataclass
class _JobReporter:
    """Brings a training's metrics and progress into the database, and its owner's wishes back."""

    store: Store
    job: JobRecord
    listener: Listener
    state: str = "running"
    told_at: float = 0.0

    def metrics(self, rows: Sequence[Metric]) -> None:
        self.store.jobs.record_metrics(
            self.job.id, self.job.attempt, [(row.fold, row.step, row.name, row.value) for row in rows]
        )

    def progress(self, share: float, note: str) -> None:
        self.state = self.store.jobs.heartbeat(self.job.id, self.job.attempt, progress=share, note=note)
        self.told_at = time.monotonic()
        self.listener(share, note)

    def should_stop(self) -> bool:
        if time.monotonic() - self.told_at >= _HEARTBEAT_SECONDS:
            self.state = self.store.jobs.heartbeat(self.job.id, self.job.attempt)
            self.told_at = time.monotonic()
        return self.state in _STOPPING


def carry_out_training(store: Store, settings: Settings, job: JobRecord, listener: Listener) -> JobRecord:
    """Train, score and record a job that this process has started.

    Args:
        store: The database.
        settings: Where files lie.
        job: As ``store.jobs.start`` returned it.
        listener: Hears of progress as (share, note).

    Returns:
        The job as it ended: succeeded, cancelled or paused.

    Raises:
        MammoError: The failure, after it was recorded; anything else too, as failure of the kind "bug".
    """
    reporter = _JobReporter(store, job, listener)
    try:
        config = TrainingConfig.of(job.config)
        source = training_source(store, job, config)
        write_json(_job_dir(settings, job.id) / "config.json", config.to_dict())
        outcome = train_and_evaluate(config, source, training_folders(settings, job.id), reporter)
    except MammoError as error:
        store.jobs.fail(job.id, job.attempt, error.code, str(error))
        raise
    except KeyboardInterrupt:
        store.jobs.pause_now(job.id, job.attempt, "interrupted")
        raise
    except Exception as error:
        store.jobs.fail(job.id, job.attempt, "bug", f"{type(error).__name__}: {error}", "Please report this.")
        raise
    if not outcome.completed:
        if reporter.state == "cancelling":
            store.jobs.cancelled(job.id, job.attempt)
        else:
            store.jobs.pause_now(job.id, job.attempt, "asked")
        return store.jobs.get(job.id)
    store.predictions.save(job.id, _rows(outcome))
    store.jobs.finish(job.id, job.attempt, training_result(outcome, config))
    return store.jobs.get(job.id)


def training_folders(settings: Settings, job_id: int) -> TrainingFolders:
    """Where a training job reads and writes."""
    return TrainingFolders(_job_dir(settings, job_id), settings.prepared_dir, settings.weights_dir)


def training_source(store: Store, job: JobRecord, config: TrainingConfig) -> TrainingSource:
    """Samples, split and label policy of a training job.

    Raises:
        NotFoundError: If the job's data set or split is no longer there.
    """
    if job.data_set is None:
        raise NotFoundError(f"Job {job.id} names no data set.")
    return _source(store, job.data_set, job.split, config)


def plan_of(store: Store, data_set: str, split: str | None, config: TrainingConfig) -> TrainingPlan:
    """What a training would cost; nothing is read but the database."""
    source = _source(store, data_set, split, config)
    images, validation, classes = counts_of_first_fold(config, source)
    return training_plan(config, MODELS[config.model], images=images, validation_images=validation, class_count=classes)


def policy_of(store: Store, data_set: str, config: TrainingConfig) -> LabelPolicy:
    """The label policy of a training: its own, or the data set's."""
    return config.label_policy or DATASETS[store.data_sets.get(data_set).layout].default_policy


def _source(store: Store, data_set: str, split: str | None, config: TrainingConfig) -> TrainingSource:
    samples = store.data_sets.samples(data_set)
    assignment = store.splits.split(data_set, split).assignment if split is not None else {}
    return TrainingSource(samples, assignment, policy_of(store, data_set, config))


def training_result(outcome: TrainingOutcome, config: TrainingConfig) -> dict[str, Any]:
    """What is kept of a finished training: evaluations by part, the position control's, and sentences."""
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
        notes.append(position_sentence(evaluations["test"], control))
    elif config.region == "lesion" and config.normal_regions == "random":
        notes.append(
            "Normal regions lie at random places, lesions where lesions lie: part of this score is position, not disease."
        )
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


def position_sentence(headline: Evaluation, control: Evaluation) -> str:
    """What the place of normal regions gives away, in words."""
    at_lesions, at_random = headline.scores["auc_abnormal"].value, control.scores["auc_abnormal"].value
    if at_lesions is None or at_random is None:
        return "The share of position in the score can't be told: an AUC is undefined."
    return (
        f"AUC abnormal versus normal is {at_lesions:.2f} with normal regions at lesions' places and {at_random:.2f} with "
        f"normal regions at random places. The gap of {at_random - at_lesions:+.2f} is position, not disease; "
        "the first figure is the one to quote."
    )


def _rows(outcome: TrainingOutcome) -> list[PredictionRow]:
    return [
        PredictionRow(
            part=one.part,
            fold=one.fold,
            item_id=item,
            sample_id=sample,
            patient_id=patient,
            truth=outcome.class_names[truth],
            probabilities=dict(zip(outcome.class_names, map(float, probabilities), strict=True)),
        )
        for one in (*outcome.predictions, *outcome.control)
        for item, sample, patient, truth, probabilities in zip(
            one.ids, one.sample_ids, one.patients, one.truth, one.probabilities, strict=True
        )
    ]


def _job_dir(settings: Settings, job_id: int) -> Any:
    folder = settings.job_dir(job_id)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
