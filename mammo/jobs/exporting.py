"""Gathering what an export tells of a finished training."""

from __future__ import annotations

from mammo.errors import DatasetError, NotFoundError
from mammo.evaluation.evaluation import Evaluation
from mammo.export.facts import DataFacts, EvaluationFacts
from mammo.jobs.evaluation import finished_training, stored_test_predictions
from mammo.jobs.planning import policy_of
from mammo.store import JobRecord, Store
from mammo.training.config import TrainingConfig


def export_facts(store: Store, job_id: int) -> EvaluationFacts:
    """What is known of a finished training.

    Raises:
        NotFoundError: If there is no such job.
        JobStateError: If it is another kind of job, or did not succeed.
        DatasetError: If it has no test part.
    """
    job = finished_training(store, job_id)
    predictions, stored = stored_test_predictions(store, job), (job.result or {}).get("test")
    if predictions is None or stored is None:
        raise DatasetError(f"Job {job_id} has no test part: its split holds no test images.")
    config = TrainingConfig.of(job.config)
    folds = max(config.folds, 1)
    rows = [row for row in store.predictions.load(job_id, "test") if row.fold < folds]
    return EvaluationFacts(
        job=job.id,
        owner=job.owner,
        finished_at=job.finished_at,
        config=job.config,
        model=job.model or {},
        versions=job.versions or {},
        data=_data_facts(store, job, config),
        evaluation=Evaluation.from_json(stored),
        predictions=predictions,
        images=tuple(row.item_id for row in rows),
        notes=tuple((job.result or {}).get("notes", ())),
    )


def _data_facts(store: Store, job: JobRecord, config: TrainingConfig) -> DataFacts | None:
    if job.data_set is None or job.split is None:
        return None
    try:
        record, split = store.data_sets.get(job.data_set), store.splits.load(job.data_set, job.split)
    except NotFoundError:
        return None
    policy = policy_of(store, job.data_set, config)
    parts = list(split.assignment.values())
    return DataFacts(
        name=record.name,
        layout=record.layout,
        fingerprint=record.fingerprint,
        images=record.images,
        women=record.patients,
        classes=record.classes[policy],
        label_policy=policy,
        refused=store.data_sets.refused_count(record.name),
        split_by=split.by,
        split_seed=split.seed,
        split_hash=split.hash,
        split_images={part: parts.count(part) for part in dict.fromkeys(parts)},
    )
