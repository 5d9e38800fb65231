"""The one place where a job's row changes: one conditional statement, and a line of history with it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, case, insert, literal, select, update

from db.models import Job, JobEvent, JobState, UtcDateTime
from mammo.errors import JobStateError, MammoError, NotFoundError
from mammo.store.clock import Clock
from mammo.store.job_transitions import IN_HAND, STANDING, Transition
from mammo.store.people import ensure_person
from mammo.store.records import ENDS, Wish, Worker

logger = logging.getLogger(__name__)

#: What a person clears who sets a waiting job going, into the queue or by hand: earlier deaths count no longer.
SET_GOING: Mapping[str, Any] = {"reason": None, "pause_wish": None, "fruitless_attempts": 0}


@dataclass(frozen=True)
class Change:
    """A step of a job from one state to another."""

    transition: Transition
    attempt: int | None = None  # which must still be the job's; None: whoever has it
    by: str | None = None  # None: its worker
    note: str | None = None  # for the history
    values: Mapping[str, Any] = field(default_factory=dict)  # other columns that change with it


class Changed(NamedTuple):
    """What a change made of a job."""

    id: int
    from_state: str
    to_state: str
    attempt: int


def carry_out(connection: Connection, job_id: int, change: Change, clock: Clock) -> Changed:
    """Make a change.

    Raises:
        NotFoundError: If there is no such job.
        JobStateError: If its state forbids the change, or (code "stale_attempt") the attempt is over.
    """
    changed = attempted(connection, Job.id == job_id, change, clock)
    if changed is None:
        raise refusal(connection, job_id, change.attempt, change.transition.refusal)
    return changed


def attempted(connection: Connection, which: ColumnElement[bool], change: Change, clock: Clock) -> Changed | None:
    """Make a change if a job ``which`` allows it; None if there is none."""
    now, path = clock.now(), change.transition.path
    ending = [state for state, target in path.items() if target in ENDS]
    statement = (
        update(Job)
        .where(which, Job.state.in_(path))
        .values(
            state=case(dict(path), value=Job.state),
            previous_state=Job.state,
            finished_at=case((Job.state.in_(ending), literal(now, UtcDateTime())), else_=Job.finished_at),
            **change.values,
        )
        .returning(Job.id, Job.previous_state, Job.state, Job.attempt)
    )
    if change.attempt is not None:
        statement = statement.where(Job.attempt == change.attempt)
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    changed = Changed._make(row)
    _remember(connection, changed, change, now)
    return changed


def _remember(connection: Connection, changed: Changed, change: Change, now: datetime) -> None:
    event = {
        "job_id": changed.id,
        "at": now,
        "from_state": changed.from_state,
        "to_state": changed.to_state,
        "attempt": changed.attempt,
        "by": None if change.by is None else ensure_person(connection, change.by, now),
        "note": change.note,
    }
    connection.execute(insert(JobEvent).values(event))
    logger.info("Job %s %s", changed.id, changed.to_state)


def report(connection: Connection, job_id: int, attempt: int, clock: Clock, **values: Any) -> Wish:
    """Note that an attempt lives, with other columns; the lock on the row holds until the transaction ends.

    Every write of a worker begins with this, so that one whose job went to another changes nothing.

    Raises:
        NotFoundError: If there is no such job.
        JobStateError: If the attempt is over (code "stale_attempt") or the job no longer in hand.
    """
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.attempt == attempt, Job.state.in_(IN_HAND))
        .values(**heartbeat(clock), **values)
        .returning(Job.state, Job.pause_wish)
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise refusal(connection, job_id, attempt, "take a worker's report")
    if row.state == JobState.CANCELLING:
        return "cancel"
    return "go on" if row.pause_wish is None else "pause"


def heartbeat(clock: Clock) -> dict[str, Any]:
    """Columns that say when a worker was last heard of."""
    return {"heartbeat_at": clock.now(), "heartbeat_uptime": clock.uptime()}


def lease(worker: Worker, clock: Clock) -> dict[str, Any]:
    """Columns that put a job into a worker's hands."""
    return {
        "worker": worker.id,
        "worker_pid": worker.pid,
        "worker_boot": worker.boot_id,
        "worker_started": worker.started,
        **heartbeat(clock),
    }


def refusal(connection: Connection, job_id: int, attempt: int | None, what: str) -> MammoError:
    """Why a job cannot do ``what``."""
    row = connection.execute(select(Job.state, Job.attempt).where(Job.id == job_id)).one_or_none()
    if row is None:
        return no_such_job(job_id)
    if attempt is not None and attempt != row.attempt:
        return JobStateError(
            f"Attempt {attempt} of job {job_id} is over; attempt {row.attempt} has taken its place.",
            code="stale_attempt",
        )
    return JobStateError(f"Job {job_id} {STANDING[JobState(row.state)]}; it cannot {what}.")


def no_such_job(job_id: int) -> NotFoundError:
    """Says which number is no job's, and where to look."""
    return NotFoundError(f"There is no job {job_id}. The jobs page and `jobs list` show all there are.")
