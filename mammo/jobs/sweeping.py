"""Finding jobs whose process is dead or silent, and putting them back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mammo.errors import JobStateError, NotFoundError
from mammo.jobs.workers import boot_id, is_alive
from mammo.store import Clock, JobFilter, JobState, Store

if TYPE_CHECKING:
    from mammo.store import JobRecord

logger = logging.getLogger(__name__)

IN_HAND = {JobState.STARTING, JobState.RUNNING, JobState.CANCELLING}


def sweep(store: Store, lease_seconds: float, clock: Clock | None = None) -> list[int]:
    """Take every job from a worker that is dead, or has not been heard of for longer than a lease.

    How long a job has been at work is never a reason.

    Args:
        store: The database.
        lease_seconds: Silence after which a worker counts as lost.
        clock: This machine's clocks.

    Returns:
        The jobs that were put back.
    """
    taken = []
    for job in store.jobs.list(JobFilter(states=IN_HAND)):
        why = _lost(job, lease_seconds, clock or Clock())
        if why is None:
            continue
        try:
            state = store.jobs.lose(job.id, job.attempt, why)
        except (JobStateError, NotFoundError):
            continue  # it ended or was taken meanwhile
        logger.warning("Job %d: %s It is %s now.", job.id, why, state)
        taken.append(job.id)
    return taken


def _lost(job: JobRecord, lease_seconds: float, clock: Clock) -> str | None:
    """Why a job's worker counts as lost; None if it doesn't."""
    worker = job.worker
    if worker is None:
        return "No worker answers for it."
    if worker.boot_id == boot_id():
        if not is_alive(worker):
            return f"Its worker (process {worker.pid}) died."
        # The clock of the boot stands still for nobody; the wall clock may be set.
        silence = clock.uptime() - (job.heartbeat_uptime or 0.0)
    else:
        silence = (clock.now() - job.heartbeat_at).total_seconds() if job.heartbeat_at else lease_seconds + 1
    return f"Its worker was silent for {silence:.0f} s." if silence > lease_seconds else None
