"""A job as a row and back."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select
from sqlalchemy.orm import aliased

from db.models import DataSet, Job, JobState, Split
from mammo.store.data_sets import find_data_set
from mammo.store.records import JobRecord, NewJob, Worker
from mammo.store.splits import find_split

#: Columns whose values stand in a record under the same name, as they are.
_SAME = (
    Job.id,
    Job.kind,
    Job.config,
    Job.data_set_fingerprint,
    Job.owner,
    Job.priority,
    Job.attempt,
    Job.created_at,
    Job.cloned_from,
    Job.reason,
    Job.attempt_started_at,
    Job.progress_before,
    Job.fruitless_attempts,
    Job.usage,
    Job.heartbeat_at,
    Job.heartbeat_uptime,
    Job.progress,
    Job.note,
    Job.versions,
    Job.failure_kind,
    Job.failure,
    Job.advice,
    Job.started_at,
    Job.finished_at,
)

#: As ``_SAME``; large, for they hold curves and whole configurations of networks.
_LARGE = (Job.result, Job.model)

#: Who is served first: by priority, then by place, then by age.
SERVED_FIRST = (Job.priority.desc(), Job.position, Job.id)

#: Behind the last job, whatever its state.
_LAST_PLACE = select(func.coalesce(func.max(aliased(Job).position), 0) + 1).scalar_subquery()


@cache  # a statement is never changed, and making it anew costs as much as carrying it out
def select_jobs(*, in_brief: bool = False) -> Select[Any]:
    """Rows of which ``to_record`` makes records, in brief without results and facts of models."""
    return (
        select(
            *_SAME,
            *(() if in_brief else _LARGE),
            Job.state,
            Job.worker,
            Job.worker_pid,
            Job.worker_boot,
            Job.worker_started,
            DataSet.name.label("data_set"),
            Split.name.label("split"),
        )
        .outerjoin(DataSet, DataSet.id == Job.data_set_id)
        .outerjoin(Split, Split.id == Job.split_id)
    )


def to_record(row: Row[Any]) -> JobRecord:
    """Record of a row of ``select_jobs``."""
    values = row._asdict()
    lease = (values.pop("worker"), *(values.pop(f"worker_{name}") for name in ("pid", "boot", "started")))
    worker = None if lease[0] is None else Worker(*lease)
    return JobRecord(**{**values, "state": JobState(values["state"]), "worker": worker})


def to_row(connection: Connection, job: NewJob) -> dict[str, Any]:
    """Columns of a job that stands last in the queue; NotFoundError if its data set or split is not there."""
    row = {
        "kind": job.kind,
        "config": dict(job.config),
        "state": JobState.QUEUED,
        "priority": job.priority,
        "position": _LAST_PLACE,
        "attempt": 0,
        "progress": 0.0,
        "progress_before": 0.0,
        "fruitless_attempts": 0,
        "idempotency_key": job.idempotency_key,
        "cloned_from": job.cloned_from,
    }
    if job.data_set is not None:
        row["data_set_id"] = find_data_set(connection, job.data_set)
        of_data_set = select(DataSet.fingerprint).where(DataSet.id == row["data_set_id"])
        row["data_set_fingerprint"] = connection.scalars(of_data_set).one()
        row["split_id"] = job.split and find_split(connection, job.data_set, job.split)
    return row
