"""Carrying out a training job: from its row in the database to scores in the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mammo.config import Settings
from mammo.errors import JobStateError, MammoError
from mammo.files import write_json
from mammo.jobs.planning import training_source
from mammo.jobs.training_result import prediction_records, training_result
from mammo.jobs.workers import is_alive
from mammo.store import Failure, JobRecord, JobState, Store, Worker
from mammo.training.config import TrainingConfig
from mammo.training.fit import Metric
from mammo.training.procedure import (
    TrainingFolders,
    train_and_evaluate,
    versions,
)

TRAINING = "training"
_HEARTBEAT_SECONDS = 1.0

Listener = Callable[[float, str], None]


@dataclass
class _JobReporter:
    """Brings a training's metrics and progress into the database, and its owner's wishes back."""

    store: Store
    job_id: int
    attempt: int
    listener: Listener
    wish: str = "go on"
    told_at: float = 0.0

    def metrics(self, rows: Sequence[Metric]) -> None:
        if rows:
            self._heard(self.store.jobs.record_metrics(self.job_id, self.attempt, rows))

    def progress(self, share: float, note: str) -> None:
        self._heard(self.store.jobs.report_progress(self.job_id, self.attempt, share, note))
        self.listener(share, note)

    def should_stop(self) -> bool:
        if time.monotonic() - self.told_at >= _HEARTBEAT_SECONDS:
            self._heard(self.store.jobs.heartbeat(self.job_id, self.attempt))
        return self.wish != "go on"

    def _heard(self, wish: str) -> None:
        self.wish, self.told_at = wish, time.monotonic()


def start_training(store: Store, job_id: int, worker: Worker) -> int:
    """Take a job into this process's hands: a waiting one, or one whose process is dead. Return the attempt's number.

    Raises:
        NotFoundError: If there is no such job.
        JobStateError: If it has ended, or a living process works on it.
    """
    job = store.jobs.get(job_id)
    if job.state not in {JobState.STARTING, JobState.RUNNING}:
        return store.jobs.start(job_id, worker)
    if job.worker is not None and is_alive(job.worker):
        raise JobStateError(f"Job {job_id} is being worked on by process {job.worker.pid}; it can't be started twice.")
    return store.jobs.take_over(job_id, job.attempt, worker)


def carry_out_training(store: Store, settings: Settings, job_id: int, attempt: int, listener: Listener) -> JobRecord:
    """Train, score and record a job that this process has started.

    Args:
        store: The database.
        settings: Where files lie.
        job_id: The job.
        attempt: As ``start_training`` returned it.
        listener: Hears of progress as (share, note).

    Returns:
        The job as it ended: succeeded, cancelled or paused.

    Raises:
        MammoError: The failure, after it was recorded; anything else too, as failure of the kind "bug".
    """
    reporter = _JobReporter(store, job_id, attempt, listener)
    store.jobs.begin(job_id, attempt, versions())
    try:
        _train(store, settings, store.jobs.get(job_id), reporter)
    except KeyboardInterrupt:
        store.jobs.pause(job_id, attempt, "interrupted at the terminal")
        raise
    except JobStateError:
        raise  # the job is no longer this process's to write to
    except MammoError as error:
        store.jobs.fail(job_id, attempt, Failure(error.code, str(error)))
        raise
    except Exception as error:
        advice = "This is a fault of the program. Please report it with the job's log."
        store.jobs.fail(job_id, attempt, Failure("bug", f"{type(error).__name__}: {error}", advice))
        raise
    return store.jobs.get(job_id)


def _train(store: Store, settings: Settings, job: JobRecord, reporter: _JobReporter) -> None:
    config = TrainingConfig.of(job.config)
    source = training_source(store, job.data_set, job.split, config)
    folder = settings.job_dir(job.id)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", config.to_dict())
    folders = TrainingFolders(folder, settings.prepared_dir, settings.weights_dir)
    outcome = train_and_evaluate(config, source, folders, reporter)
    if outcome.completed:
        store.predictions.save(job.id, reporter.attempt, prediction_records(outcome))
        model = {"family": config.model, "class_names": list(outcome.class_names)}
        store.jobs.finish(job.id, reporter.attempt, training_result(outcome, config), model)
    elif reporter.wish == "cancel":
        store.jobs.confirm_cancel(job.id, reporter.attempt)
    else:
        store.jobs.pause(job.id, reporter.attempt, "paused by a person")
