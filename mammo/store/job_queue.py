"""What people do with submitted jobs: cancel, pause, resume, hold, reorder."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, case

from db.models import Job, JobState
from mammo.store import job_transitions as ways
from mammo.store.database import Database
from mammo.store.job_changes import SET_GOING, Change, carry_out
from mammo.store.job_places import place_before, place_first, place_last
from mammo.store.job_rows import SERVED_FIRST, select_jobs, to_record
from mammo.store.records import JobRecord


class JobQueue:
    """The queue as people see it.

    Every action raises NotFoundError if there is no such job, and JobStateError if its state forbids the action.
    """

    _database: Database

    def queue(self) -> tuple[JobRecord, ...]:
        """Queued jobs in the order in which workers will take them."""
        query = select_jobs().where(Job.state == JobState.QUEUED).order_by(*SERVED_FIRST)
        with self._database.reading() as connection:
            return tuple(to_record(row) for row in connection.execute(query))

    def cancel(self, job_id: int, *, by: str) -> JobState:
        """End a job that waits; ask the worker of one that works to end it. Return the new state."""
        return self._ask(job_id, Change(ways.CANCEL, by=by))

    def request_pause(self, job_id: int, *, by: str, reason: str = "paused by a person") -> JobState:
        """Pause a queued job; ask the worker of one that works to pause it after a checkpoint. Return the new state."""
        values = {
            "reason": case((Job.state == JobState.QUEUED, reason), else_=Job.reason),
            "pause_wish": case((Job.state == JobState.QUEUED, None), else_=reason),
        }
        return self._ask(job_id, Change(ways.REQUEST_PAUSE, by=by, note=reason, values=values))

    def resume(self, job_id: int, *, by: str) -> None:
        """Put a paused or held job back into the queue, at the place it had."""
        self._ask(job_id, Change(ways.RESUME, by=by, values=SET_GOING))

    def hold(self, job_id: int, *, by: str, reason: str = "held by a person") -> None:
        """Take a waiting job out of the queue until it is resumed."""
        self._ask(job_id, Change(ways.HOLD, by=by, note=reason, values={"reason": reason}))

    def set_priority(self, job_id: int, priority: int, *, by: str) -> None:
        """Let a waiting job be served before all of lower priority."""
        self._ask(job_id, Change(ways.REORDER, by=by, note=f"priority {priority}", values={"priority": priority}))

    def move(self, job_id: int, before: int, *, by: str) -> None:
        """Put a waiting job right before another one that waits, with that one's priority."""
        with self._database.writing() as connection:
            place = place_before(connection, job_id, before)
            self._place(connection, job_id, place, by, f"moved before job {before}")

    def move_first(self, job_id: int, *, by: str) -> None:
        """Let a waiting job be served before all that are queued now."""
        with self._database.writing() as connection:
            self._place(connection, job_id, place_first(connection, job_id), by, "moved to the front")

    def move_last(self, job_id: int, *, by: str) -> None:
        """Let a waiting job be served after all that are queued now."""
        with self._database.writing() as connection:
            self._place(connection, job_id, place_last(connection, job_id), by, "moved to the end")

    def _place(self, connection: Connection, job_id: int, place: dict[str, Any], by: str, note: str) -> None:
        change = Change(ways.REORDER, by=by, note=note, values=place)
        carry_out(connection, job_id, change, self._database.clock)

    def _ask(self, job_id: int, change: Change) -> JobState:
        with self._database.writing() as connection:
            return JobState(carry_out(connection, job_id, change, self._database.clock).to_state)
