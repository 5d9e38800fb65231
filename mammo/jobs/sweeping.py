"""Finding jobs whose process is dead or silent, and putting them back."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from mammo.errors import JobStateError, NotFoundError
from mammo.jobs.workers import boot_id, is_alive
from mammo.store import Clock, JobFilter, JobState, Store

if TYPE_CHECKING:
    from mammo.store import JobRecord

logger = logging.getLogger(__name__)

IN_HAND = {JobState.STARTING, JobState.RUNNING, JobState.CANCELLING}


@dataclass
class Sweeper:
    """Takes jobs from workers that are dead, or were not heard of for longer than a lease.

    How long a job has been at work is never a reason, and no two machines' clocks are compared: a worker elsewhere is
    silent if nothing of it came for a lease while this sweeper looked on.
    """

    store: Store
    lease_seconds: float
    clock: Clock = field(default_factory=Clock)
    _heard: dict[int, tuple[datetime | None, float]] = field(default_factory=dict)  # by job: sign of life, seen when

    def sweep(self) -> list[int]:
        """Take what is lost; return the jobs that were put back."""
        in_hand = self.store.jobs.list(JobFilter(states=IN_HAND))
        self._heard = {job.id: self._heard_of(job) for job in in_hand}
        return [job.id for job in in_hand if self._take(job)]

    def _heard_of(self, job: JobRecord) -> tuple[datetime | None, float]:
        """The latest sign of life, and this machine's uptime when it was first seen here."""
        before = self._heard.get(job.id)
        return before if before and before[0] == job.heartbeat_at else (job.heartbeat_at, self.clock.uptime())

    def _take(self, job: JobRecord) -> bool:
        why = self._dead(job)
        last_heard = None if why else job.heartbeat_at  # whoever is merely silent may still speak
        why = why or self._silent(job)
        if why is None:
            return False
        try:
            state = self.store.jobs.lose(job.id, job.attempt, why, last_heard=last_heard)
        except (JobStateError, NotFoundError):
            return False  # it ended, was taken or spoke meanwhile
        logger.warning("Job %d: %s It is %s now.", job.id, why, state)
        return True

    def _dead(self, job: JobRecord) -> str | None:
        """A sentence if a job's worker is known to be dead: a process of this machine, or none at all."""
        if job.worker is None:
            return "No worker answers for it."
        if job.worker.boot_id == boot_id() and not is_alive(job.worker):
            return f"Its worker (process {job.worker.pid}) died."
        return None

    def _silent(self, job: JobRecord) -> str | None:
        """A sentence if a job's worker was not heard of for longer than a lease."""
        since = self._heard[job.id][1]
        if job.worker is not None and job.worker.boot_id == boot_id():
            # The clock of the boot is the same for both and stands still for nobody; the wall clock may be set.
            since = job.heartbeat_uptime or 0.0
        silence = self.clock.uptime() - since
        return f"Its worker was silent for {silence:.0f} s." if silence > self.lease_seconds else None
