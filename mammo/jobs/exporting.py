"""Gathering what an export tells of a finished training: from the database and the training's folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from mammo.audits.background import BackgroundControl
from mammo.datasets import LabelPolicy, Sample
from mammo.errors import DatasetError, NotFoundError
from mammo.evaluation.evaluation import Evaluation
from mammo.export.facts import DataFacts, EvaluationFacts, PartFacts
from mammo.jobs.evaluation import finished_training, stored_test_predictions
from mammo.jobs.planning import policy_of
from mammo.jobs.stability import known_stability
from mammo.store import JobFilter, JobRecord, JobState, Store
from mammo.training.config import TrainingConfig
from mammo.training.items import PARTS

_UNKNOWN = "not known"
_REMEMBERED = 200  # jobs of a kind among which those of a training are sought


def export_facts(store: Store, job_id: int, job_dir: Path | None = None) -> EvaluationFacts:
    """What is known of a finished training.

    Args:
        store: The database.
        job_id: The training.
        job_dir: Its folder, for what jobs have found out since and kept there; None leaves that out.

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
        parts=_part_facts(store, job, config),
        trust=_trust(store, job_id),
        robustness=_robustness(store, job_id, job_dir),
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


def _part_facts(store: Store, job: JobRecord, config: TrainingConfig) -> tuple[PartFacts, ...]:
    """Who is in each part of the split; nothing where the data set or the split is gone, or folds took its place."""
    if job.data_set is None or job.split is None:
        return ()
    try:
        policy = policy_of(store, job.data_set, config)
        samples, split = store.data_sets.samples(job.data_set), store.splits.load(job.data_set, job.split)
    except NotFoundError:
        return ()
    of_part: dict[str, list[Sample]] = {part: [] for part in PARTS}
    for sample in samples:
        if (part := split.assignment.get(sample.id)) is not None:
            of_part[part].append(sample)
    return tuple(_facts_of(part, films, policy) for part, films in of_part.items() if films)


def _facts_of(part: str, films: Sequence[Sample], policy: LabelPolicy) -> PartFacts:
    women = {film.patient_id: film for film in films}
    ages = sorted(film.age for film in women.values() if film.age is not None)
    labels = Counter(film.labels.get(policy) or _UNKNOWN for film in films)
    densities = Counter(film.density or _UNKNOWN for film in women.values())
    return PartFacts(
        part=part,
        images=len(films),
        women=len(women),
        classes=dict(sorted(labels.items())),
        ages=(ages[0], median(ages), ages[-1]) if ages else None,
        age_unknown=len(women) - len(ages),
        densities=dict(sorted(densities.items())),
    )


def _latest(store: Store, kind: str, job_id: int) -> list[JobRecord]:
    """Jobs of a kind that have asked something of a training and succeeded, the latest first."""
    jobs = store.jobs.list(JobFilter(kind=kind, states={JobState.SUCCEEDED}, limit=_REMEMBERED))
    return [one for one in jobs if one.config.get("job") == job_id]


def _trust(store: Store, job_id: int) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for check in _latest(store, "heatmap_check", job_id):
        for one in (check.result or {}).get("checks", []):
            verdict = f"not to be trusted: {' '.join(one['failures'])}" if one["failures"] else "passed every check."
            found.setdefault(one["method"], f"{one['method']} on {one['images']} images {verdict}")
    return tuple(found.values())


def _robustness(store: Store, job_id: int, job_dir: Path | None) -> tuple[str, ...]:
    sentences = []
    steadiness = known_stability(job_dir) if job_dir is not None else None
    if steadiness:
        changed = sum(one.changed > 0 for one in steadiness.values())
        sentences.append(
            f"{changed} of {len(steadiness)} test images get another class under small changes of contrast and "
            "position."
        )
    controls = _latest(store, "background_control", job_id)[:1]
    return (*sentences, *(str(BackgroundControl.from_json((one.result or {})["control"])) for one in controls))
