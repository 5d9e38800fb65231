"""Which pictures each fold of a finished training learnt from, was validated on and tested on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mammo.errors import DatasetError, NotFoundError
from mammo.jobs.evaluation import finished_training
from mammo.jobs.planning import training_source
from mammo.training.config import TrainingConfig
from mammo.training.items import PARTS, Item, by_part
from mammo.training.series import assignments_of, class_names_for, series_of

if TYPE_CHECKING:
    from mammo.store import JobRecord, Store


@dataclass(frozen=True)
class FoldItems:
    """What one fold of a training was made of, as far as the data set still holds it."""

    fold: int
    items: tuple[Item, ...]
    parts: tuple[str, ...]  # of each item


def fold_items(store: Store, job_id: int) -> list[FoldItems]:
    """What each of a job's models learnt from, was validated on and tested on; those of a position control left out.

    Raises:
        JobStateError: If the job is not a training that succeeded.
        NotFoundError: If its data set or split is gone.
        DatasetError: If its folds can't be told any more, since the data set has changed.
    """
    job = finished_training(store, job_id)
    config = TrainingConfig.of(job.config)
    if config.folds:
        _check_unchanged(store, job)
    source = training_source(store, job.data_set, job.split, config)
    series = series_of(config, source, class_names_for(config, source))[0]
    return [_of(fold, by_part(series.items, one)) for fold, one in enumerate(assignments_of(config, source, series))]


def _of(fold: int, parts: dict[str, list[Item]]) -> FoldItems:
    items: Sequence[tuple[Item, str]] = [(item, part) for part in PARTS for item in parts[part]]
    return FoldItems(fold, tuple(item for item, _ in items), tuple(part for _, part in items))


def _check_unchanged(store: Store, job: JobRecord) -> None:
    if job.data_set is None:
        raise NotFoundError(f"Job {job.id} names no data set.")
    if store.data_sets.get(job.data_set).fingerprint != job.data_set_fingerprint:
        raise DatasetError(
            f"The data set {job.data_set} has changed since job {job.id}: which of its women were in which fold can't "
            "be told any more. Train again."
        )
