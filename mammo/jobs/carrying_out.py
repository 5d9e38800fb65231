"""Carrying out one job in this process: from its row in the database to its end in the database."""

from __future__ import annotations

import errno
import logging
import re
import threading
from typing import TYPE_CHECKING

from mammo.errors import JobStateError, MammoError, SettingsError
from mammo.jobs.advice import advice_on
from mammo.jobs.kinds import JOB_KINDS, JobContext
from mammo.jobs.leftovers import remove_own
from mammo.jobs.reporting import JobReporter, JobStoppedError, Listener
from mammo.jobs.workers import computing_versions, is_alive
from mammo.store import DATABASE_TROUBLES, Failure, JobRecord, JobState, Store, Worker
from mammo.training.resident_memory import keep_freed_memory

if TYPE_CHECKING:
    from mammo.config import Settings

logger = logging.getLogger(__name__)

#: How torch says it, on a GPU and on a CPU; torch itself is not loaded to ask for the class of an error.
_OUT_OF_MEMORY = re.compile("OutOfMemoryError|DefaultCPUAllocator: .*memory")


def start_job(store: Store, job_id: int, worker: Worker) -> int:
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


def carry_out_job(
    store: Store,
    settings: Settings,
    job_id: int,
    attempt: int,
    listener: Listener,
    released: threading.Event | None = None,
) -> JobRecord:
    """Carry out a job that this process has started, and record how it ended.

    Args:
        store: The database.
        settings: Where files lie.
        job_id: The job.
        attempt: As ``start_job`` or a claim returned it.
        listener: Hears of progress as (share, note).
        released: Set from outside, it makes the job go back into the queue from its next safe point.

    Returns:
        The job as this attempt left it.

    Raises:
        JobStateError: Also if the job was cancelled meanwhile, which is confirmed, or is another attempt's now.
        MammoError: The failure, after it was recorded; anything else too, as failure of the kind "bug". Where the
            database does not serve, nothing is recorded, and the job stays in this process's hands until it ends.
    """
    keep_freed_memory()  # the process ends with its job, whatever that computes
    reporter = JobReporter(store, job_id, attempt, listener, released or threading.Event())
    try:
        store.jobs.begin(job_id, attempt, computing_versions())
        _carry_out(store, settings, reporter)
    except KeyboardInterrupt:
        store.jobs.pause(job_id, attempt, "interrupted at the terminal")
        raise
    except MammoError as error:
        if has_lost_the_database(error):
            raise  # no fault of the job: whoever finds it without its process puts it back
        _give_up(reporter, error.code, str(error))
        raise
    except Exception as error:
        _give_up(reporter, *_kind_of(error))
        raise
    return store.jobs.get(job_id)


def has_lost_the_database(error: MammoError) -> bool:
    """Whether an error tells that the database does not serve, which leaves a job as its last word in it says."""
    return isinstance(error, SettingsError) and error.code in DATABASE_TROUBLES


def _carry_out(store: Store, settings: Settings, reporter: JobReporter) -> None:
    job = store.jobs.get(reporter.job_id)
    settings.job_dir(job.id).mkdir(parents=True, exist_ok=True)
    remove_own(settings.job_dir(job.id))
    try:
        finished = JOB_KINDS[job.kind].carry_out(JobContext(store, settings, job, reporter))
    except JobStoppedError:
        finished = None
    if finished is not None:
        store.jobs.finish(job.id, reporter.attempt, finished.result, finished.model)
    elif reporter.stop_reason == "cancel":
        store.jobs.confirm_cancel(job.id, reporter.attempt)
    elif reporter.stop_reason == "pause":
        store.jobs.pause(job.id, reporter.attempt, "paused by a person")
    else:
        store.jobs.release(job.id, reporter.attempt, "laid down by its worker; goes on from its checkpoint")


def _kind_of(error: Exception) -> tuple[str, str]:
    if isinstance(error, MemoryError) or _OUT_OF_MEMORY.search(f"{type(error).__name__} {error}"):
        return "out_of_memory", "The job needed more memory than this machine has."
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "disk_full", "The disk is full; the job could not write."
    return "bug", f"{type(error).__name__}: {error}"


def _give_up(reporter: JobReporter, kind: str, sentence: str) -> None:
    logger.error(sentence)
    jobs, number, attempt = reporter.store.jobs, reporter.job_id, reporter.attempt
    try:
        if kind == "disk_full":  # nothing is wrong with the job: it goes on when there is room
            jobs.pause(number, attempt, f"{sentence} {advice_on(kind)}")
        else:
            jobs.fail(number, attempt, Failure(kind, sentence, advice_on(kind)))
    except JobStateError:  # someone asked to cancel it meanwhile: then it is cancelled, not failed
        jobs.confirm_cancel(number, attempt)
