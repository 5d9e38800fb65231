"""What workers do with jobs: take them, tell how they go on, bring them to an end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from db.models import Job, JobState
from mammo.errors import JobStateError
from mammo.store import curves
from mammo.store import job_transitions as ways
from mammo.store.database import Database
from mammo.store.job_changes import SET_GOING, Change, attempted, carry_out, lease, no_such_job, report
from mammo.store.job_rows import SERVED_FIRST, select_jobs, to_record
from mammo.store.records import ENDS, Failure, JobRecord, Wish, Worker

#: Deaths in a row without a checkpoint between them; then the job itself is taken for the cause.
MAX_FRUITLESS_ATTEMPTS = 3
_LONG_WAIT_SECONDS = 1.0  # for the writers' lock: the worker that seems silent may have waited for it too


class JobAttempts:
    """The attempts of workers.

    Each start of a job counts as an attempt, and each later word must name it: a worker that was thought dead and
    wakes up again gets a JobStateError of code "stale_attempt" and changes nothing. Every method that takes a job's
    number raises NotFoundError if there is none, and JobStateError if the state forbids what is asked.
    """

    _database: Database

    def claim(self, worker: Worker) -> JobRecord | None:
        """Take the queued job that is to be served first; None if there is none."""
        first = (
            select(Job.id)
            .where(Job.state == JobState.QUEUED)
            .order_by(*SERVED_FIRST)
            .limit(1)
            .correlate(None)  # the row updated is found by this, not the other way round
            .with_for_update(skip_locked=True)  # PostgreSQL: claimers pass each other by; SQLite has one writer
            .scalar_subquery()
        )
        with self._database.writing() as connection:
            change = Change(ways.CLAIM, note=worker.id, values=self._in_hands_of(worker))
            taken = attempted(connection, Job.id == first, change, self._database.clock)
            if taken is None:
                return None
            return to_record(connection.execute(select_jobs().where(Job.id == taken.id)).one())

    def start(self, job_id: int, worker: Worker, *, by: str | None = None) -> int:
        """Take a certain waiting job, whatever its place, as a person does; return the attempt's number."""
        values = {**self._in_hands_of(worker), **SET_GOING}
        return self._tell(job_id, Change(ways.START, by=by, note=worker.id, values=values))

    def take_over(self, job_id: int, attempt: int, worker: Worker) -> int:
        """Take a job whose worker is dead; ``attempt`` is the dead one's. Return the new attempt's number.

        That it is dead is for the caller to know. A job that is being cancelled is not taken over but confirmed as
        cancelled.
        """
        values = self._in_hands_of(worker)
        return self._tell(job_id, Change(ways.TAKE_OVER, attempt, note=worker.id, values=values))

    def begin(self, job_id: int, attempt: int, versions: Mapping[str, str]) -> None:
        """A started job works now; ``versions`` of what computes it."""
        self._tell(job_id, Change(ways.BEGIN, attempt, values={"versions": dict(versions)}))

    def heartbeat(self, job_id: int, attempt: int) -> Wish:
        """Tell that the worker lives, and learn what people want of its job."""
        with self._database.writing() as connection:
            return report(connection, job_id, attempt, self._database.clock)

    def report_progress(self, job_id: int, attempt: int, progress: float, note: str) -> Wish:
        """Tell how far a job is (0 to 1) and what it does; also a heartbeat."""
        with self._database.writing() as connection:
            return report(connection, job_id, attempt, self._database.clock, progress=progress, note=note)

    def pause(self, job_id: int, attempt: int, reason: str) -> None:
        """Lay a working job down after its checkpoint is written."""
        values = {"reason": reason, "pause_wish": None}
        self._tell(job_id, Change(ways.PAUSE, attempt, note=reason, values=values))

    def release(self, job_id: int, attempt: int, note: str) -> None:
        """Put a working job back into the queue, at the place it had; its worker has written a checkpoint."""
        self._tell(job_id, Change(ways.RELEASE, attempt, note=note, values={"note": note}))

    def checkpoint_kept(self, job_id: int, attempt: int) -> Wish:
        """Tell that a checkpoint is on the disk: earlier deaths count no longer. Also a heartbeat."""
        with self._database.writing() as connection:
            return report(connection, job_id, attempt, self._database.clock, fruitless_attempts=0)

    def report_usage(self, job_id: int, attempt: int, usage: Mapping[str, float]) -> Wish:
        """Tell what the job's process takes of the machine; also a heartbeat."""
        with self._database.writing() as connection:
            return report(connection, job_id, attempt, self._database.clock, usage=dict(usage))

    def lose(self, job_id: int, attempt: int, why: str, *, last_heard: datetime | None = None) -> JobState:
        """Say that an attempt's process is dead; that it is, is for the caller to know. Return the job's new state.

        Where ``last_heard`` is given, it is for the attempt's silence. A later sign of life is a JobStateError then; so
        is a database that was locked for long, for nobody could speak meanwhile.

        The job goes back into the queue; to where its owner wanted it, if they had asked to cancel or to pause it; and
        is held after MAX_FRUITLESS_ATTEMPTS deaths in a row without a checkpoint between them.
        """
        clock = self._database.clock
        asked_at = clock.uptime()
        with self._database.writing() as connection:
            job = connection.execute(
                select(Job.state, Job.pause_wish, Job.fruitless_attempts, Job.heartbeat_at)
                .where(Job.id == job_id)
                .with_for_update()
            ).one_or_none()
            if job is None:
                raise no_such_job(job_id)
            if last_heard is not None and job.heartbeat_at != last_heard:
                raise JobStateError(f"The worker of job {job_id} has spoken meanwhile.")
            if last_heard is not None and clock.uptime() - asked_at > _LONG_WAIT_SECONDS:
                raise JobStateError(f"The database was locked; the worker of job {job_id} may have waited to speak.")
            if job.state == JobState.CANCELLING:
                change = Change(ways.CONFIRM_CANCEL, attempt, note=why, values={"pause_wish": None})
            elif job.pause_wish is not None:
                values = {"reason": job.pause_wish, "pause_wish": None}
                change = Change(ways.PAUSE, attempt, note=why, values=values)
            else:
                change = _after_death(attempt, why, job.fruitless_attempts + 1)
            return JobState(carry_out(connection, job_id, change, clock).to_state)

    def finish(
        self, job_id: int, attempt: int, result: Mapping[str, Any], model: Mapping[str, Any] | None = None
    ) -> None:
        """End a running job with its result and, of a training, the facts of its model."""
        values = {"result": dict(result), "model": model and dict(model), "progress": 1.0, "pause_wish": None}
        self._tell(job_id, Change(ways.FINISH, attempt, values=values))

    def fail(self, job_id: int, attempt: int, failure: Failure) -> None:
        """End a working job that can't be done."""
        values = {"failure_kind": failure.kind, "failure": failure.message, "advice": failure.advice}
        self._tell(job_id, Change(ways.FAIL, attempt, note=failure.message, values={**values, "pause_wish": None}))

    def confirm_cancel(self, job_id: int, attempt: int) -> None:
        """End a job that was asked to be cancelled."""
        self._tell(job_id, Change(ways.CONFIRM_CANCEL, attempt, values={"pause_wish": None}))

    def _in_hands_of(self, worker: Worker) -> dict[str, Any]:
        clock = self._database.clock
        started_at = func.coalesce(Job.started_at, clock.now())
        return {
            "attempt": Job.attempt + 1,
            "attempt_started_at": clock.now(),
            "progress_before": Job.progress,
            "started_at": started_at,
            "usage": None,
            **lease(worker, clock),
        }

    def _tell(self, job_id: int, change: Change) -> int:
        with self._database.writing() as connection:
            changed = carry_out(connection, job_id, change, self._database.clock)
            if changed.to_state in ENDS:
                curves.make_whole(connection, job_id)
            return changed.attempt


def _after_death(attempt: int, why: str, fruitless: int) -> Change:
    if fruitless < MAX_FRUITLESS_ATTEMPTS:
        return Change(ways.RELEASE, attempt, note=why, values={"note": why, "fruitless_attempts": fruitless})
    reason = f"{why} That happened {fruitless} times without a checkpoint between; resume it when the cause is gone."
    return Change(ways.GIVE_UP, attempt, note=why, values={"reason": reason, "fruitless_attempts": fruitless})
