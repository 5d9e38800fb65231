"""New jobs, and looking jobs up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from db.models import Job, JobState
from db.models import JobEvent as EventRow
from mammo.errors import JobStateError
from mammo.store import database
from mammo.store.database import Database
from mammo.store.job_changes import lease, no_such_job
from mammo.store.job_rows import select_jobs, to_record, to_row
from mammo.store.job_transitions import STANDING
from mammo.store.people import ensure_person
from mammo.store.records import JobEvent, JobRecord, NewJob, Worker

_COMPARED = 500  # jobs before one that it is compared with


@dataclass(frozen=True)
class JobFilter:
    """Which jobs a list shows; None: all of them."""

    states: Collection[JobState] | None = None
    kind: str | None = None
    owner: str | None = None
    limit: int | None = None  # the latest so many
    in_brief: bool = False  # without results and facts of models, which are large: for lists of many jobs


class JobRegister:
    """All jobs that were ever submitted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(self, job: NewJob, worker: Worker | None = None) -> JobRecord:
        """Put a job last in the queue, or straight into the hands of a worker.

        Args:
            job: What is to be done. If its idempotency key was used before, the job made then is returned as it is.
            worker: Starts it at once, so that no other worker can claim it in between.

        Raises:
            NotFoundError: If there is no such data set or split.
        """
        with self._database.writing() as connection:
            number = self._insert(connection, job, worker)
        return self.get(number)

    def clone(
        self, job_id: int, config: Mapping[str, Any] | None = None, *, owner: str, worker: Worker | None = None
    ) -> JobRecord:
        """Submit a job like another one, with its configuration or a changed one; NotFoundError if there is none."""
        return self.submit(_like(self.get(job_id), owner, config), worker)

    def retry(self, job_id: int, *, by: str, worker: Worker | None = None) -> JobRecord:
        """Submit a failed or cancelled job again, as a job of its own; asked twice, it is submitted once.

        Raises:
            NotFoundError: If there is no such job.
            JobStateError: If it did not end without a result.
        """
        job = self.get(job_id)
        if job.state not in (JobState.FAILED, JobState.CANCELLED):
            raise JobStateError(f"Job {job_id} {STANDING[job.state]}; there is nothing to try again.")
        return self.submit(_like(job, by, idempotency_key=_retry_key(job_id)), worker)

    def get(self, job_id: int) -> JobRecord:
        """One job; NotFoundError if there is none."""
        with self._database.reading() as connection:
            row = connection.execute(select_jobs().where(Job.id == job_id)).one_or_none()
        if row is None:
            raise no_such_job(job_id)
        return to_record(row)

    def list(self, wanted: JobFilter | None = None) -> tuple[JobRecord, ...]:
        """Jobs that a filter lets through, the latest first."""
        wanted = wanted or JobFilter()
        query = select_jobs(in_brief=wanted.in_brief).order_by(Job.id.desc()).limit(wanted.limit)
        if wanted.states is not None:
            query = query.where(Job.state.in_(wanted.states))
        if wanted.kind is not None:
            query = query.where(Job.kind == wanted.kind)
        if wanted.owner is not None:
            query = query.where(Job.owner == wanted.owner)
        with self._database.reading() as connection:
            return tuple(to_record(row) for row in connection.execute(query))

    def test_scores(self, name: str, job_ids: Collection[int]) -> dict[int, dict[str, Any]]:
        """One score on the test part, of each of these jobs that has it: value, low, high. Reads nothing else."""
        score = Job.result["test", "scores", name]
        with self._database.reading() as connection:
            rows = connection.execute(select(Job.id, score).where(Job.id.in_(job_ids)))
            return {job_id: found for job_id, found in rows if found is not None}

    def by_key(self, start: str) -> dict[str, JobRecord]:
        """Jobs whose idempotency key begins with ``start``, by that key, the oldest first."""
        is_wanted = Job.idempotency_key.startswith(start, autoescape=True)
        keys = select(Job.id, Job.idempotency_key).where(is_wanted).order_by(Job.id)
        with self._database.reading() as connection:
            key_of = {job_id: key for job_id, key in connection.execute(keys) if key is not None}
            rows = connection.execute(select_jobs().where(Job.id.in_(key_of)).order_by(Job.id))
            return {key_of[row.id]: to_record(row) for row in rows}

    def retry_of(self, job_id: int) -> JobRecord | None:
        """The job that was submitted to try this one again; None if there is none."""
        key = _retry_key(job_id)
        return self.by_key(key).get(key)

    def same_as(self, job_id: int) -> int | None:
        """The latest job before this one that was of the same kind, with the same settings, on the same data."""
        job = self.get(job_id)
        earlier = select_jobs().where(Job.id < job_id, Job.kind == job.kind).order_by(Job.id.desc())
        with self._database.reading() as connection:
            others = [to_record(row) for row in connection.execute(earlier.limit(_COMPARED))]
        return next((other.id for other in others if _what(other) == _what(job)), None)

    def history(self, job_id: int) -> tuple[JobEvent, ...]:
        """Every change of a job's state, the oldest first; NotFoundError if there is no such job."""
        query = select(
            EventRow.at, EventRow.from_state, EventRow.to_state, EventRow.attempt, EventRow.by, EventRow.note
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.where(EventRow.job_id == job_id).order_by(EventRow.id)).all()
        if not rows:  # submitting writes the first event together with the job
            raise no_such_job(job_id)
        return tuple(
            JobEvent(at, None if before is None else JobState(before), JobState(after), attempt, by, note)
            for at, before, after, attempt, by, note in rows
        )

    def _insert(self, connection: Connection, job: NewJob, worker: Worker | None) -> int:
        same = select(Job.id).where(Job.idempotency_key == job.idempotency_key)
        if job.idempotency_key is not None and (known := connection.scalar(same)) is not None:
            return int(known)  # an insertion that comes to nothing would use a number up
        clock = self._database.clock
        now = clock.now()
        owner = ensure_person(connection, job.owner, now)
        row = {**to_row(connection, job), "owner": owner, "created_at": now}
        if worker is not None:
            started = {"state": JobState.STARTING, "attempt": 1, "started_at": now, "attempt_started_at": now}
            row = {**row, **started, **lease(worker, clock)}
        statement = database.insert(connection, Job).values(row)
        statement = statement.on_conflict_do_nothing(index_elements=[Job.idempotency_key])
        number: int | None = connection.scalar(statement.returning(Job.id))
        if number is None:
            return connection.scalars(same).one()
        event = {"job_id": number, "at": now, "to_state": row["state"], "attempt": row["attempt"], "by": owner}
        connection.execute(insert(EventRow).values(event))
        return number


def _retry_key(job_id: int) -> str:
    return f"retry of job {job_id}"


def _what(job: JobRecord) -> tuple[object, ...]:
    return job.config, job.data_set, job.data_set_fingerprint, job.split


def _like(
    job: JobRecord, owner: str, config: Mapping[str, Any] | None = None, idempotency_key: str | None = None
) -> NewJob:
    return NewJob(
        kind=job.kind,
        config=job.config if config is None else config,
        owner=owner,
        data_set=job.data_set,
        split=job.split,
        priority=job.priority,
        idempotency_key=idempotency_key,
        cloned_from=job.id,
    )
