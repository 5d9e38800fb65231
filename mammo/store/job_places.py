"""Places in the queue: what a moved job's priority and position become."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select, update

from db.models import Job, JobState
from mammo.errors import JobStateError
from mammo.store.job_changes import no_such_job
from mammo.store.job_rows import SERVED_FIRST
from mammo.store.job_transitions import STANDING, WAITING
from mammo.store.records import ENDS


def place_before(connection: Connection, job_id: int, before: int) -> dict[str, Any]:
    """Columns that put a job right before another one that waits.

    Raises:
        NotFoundError: If there is no job ``before``.
        JobStateError: If it no longer waits.
    """
    query = select(Job.state, Job.priority, Job.position).where(Job.id == before)
    target = connection.execute(query.with_for_update()).one_or_none()  # two moves to one place follow each other
    if target is None:
        raise no_such_job(before)
    if target.state not in WAITING and before != job_id:
        standing = STANDING[JobState(target.state)]
        raise JobStateError(f"Job {before} {standing}; job {job_id} cannot be put before it.")
    position = _half_way(connection, job_id, target.position)
    if position is None:
        _renumber(connection)
        position = _half_way(connection, job_id, connection.execute(query).one().position)
    return {"priority": target.priority, "position": position}


def place_first(connection: Connection, job_id: int) -> dict[str, Any]:
    """Columns that let a job be served before all others."""
    others = select(Job.id).where(Job.state == JobState.QUEUED, Job.id != job_id)
    first = connection.scalar(others.order_by(*SERVED_FIRST).limit(1))
    return {} if first is None else place_before(connection, job_id, first)


def place_last(connection: Connection, job_id: int) -> dict[str, Any]:
    """Columns that let a job be served after all others."""
    lowest = select(func.min(Job.priority)).where(Job.state == JobState.QUEUED, Job.id != job_id)
    priority = connection.scalar(lowest)
    position = select(func.max(Job.position) + 1).scalar_subquery()
    return {} if priority is None else {"priority": priority, "position": position}


def _half_way(connection: Connection, job_id: int, position: float) -> float | None:
    """A position between one and that of the job before it, of whatever priority; None if doubles know none."""
    earlier = select(func.max(Job.position)).where(Job.state.not_in(ENDS), Job.id != job_id)
    previous: float | None = connection.scalar(earlier.where(Job.position < position))
    if previous is None:
        return position - 1.0
    between = (previous + position) / 2
    return between if previous < between < position else None


def _renumber(connection: Connection) -> None:
    """Give all jobs that can still be served whole positions, in the order they have."""
    rank = func.row_number().over(order_by=(Job.position, Job.id)).label("rank")
    ranked = select(Job.id, rank).where(Job.state.not_in(ENDS)).subquery()
    connection.execute(update(Job).where(Job.id == ranked.c.id).values(position=ranked.c.rank))
