"""Numbers that a training logs."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Protocol

from sqlalchemy import delete, func, select

from db.models import Metric
from mammo.store.database import Database, insert
from mammo.store.job_changes import report
from mammo.store.records import MetricRow, Wish


class LoggedNumber(Protocol):
    """One logged number, as ``MetricRow`` and a training have it."""

    @property
    def fold(self) -> int: ...
    @property
    def step(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def value(self) -> float: ...


class JobMetrics:
    """Metrics by job, fold, step and name."""

    _database: Database

    def record_metrics(self, job_id: int, attempt: int, rows: Iterable[LoggedNumber]) -> Wish:
        """Keep numbers, in place of earlier ones of the same fold, step and name; also a heartbeat.

        Raises:
            NotFoundError: If there is no such job.
            JobStateError: If the attempt is over (code "stale_attempt") or the job no longer in hand.
        """
        values = [
            {
                "job_id": job_id,
                "fold": row.fold,
                "step": row.step,
                "name": row.name,
                "value": None if math.isnan(row.value) else row.value,
            }
            for row in rows
        ]
        with self._database.writing() as connection:
            wish = report(connection, job_id, attempt, self._database.clock)
            if values:
                statement = insert(connection, Metric)
                statement = statement.on_conflict_do_update(
                    index_elements=[Metric.job_id, Metric.fold, Metric.step, Metric.name],
                    set_={"value": statement.excluded.value},
                )
                connection.execute(statement, values)
        return wish

    def delete_metrics_after(self, job_id: int, attempt: int, fold: int, step: int) -> None:
        """Forget what a fold logged after a step: a resumed job goes on from there. Errors as ``record_metrics``."""
        with self._database.writing() as connection:
            report(connection, job_id, attempt, self._database.clock)
            of_fold = (Metric.job_id == job_id, Metric.fold == fold)
            connection.execute(delete(Metric).where(*of_fold, Metric.step > step))

    def metrics(self, job_id: int, names: Collection[str] | None = None) -> tuple[MetricRow, ...]:
        """Numbers by fold, step and name, of these names or all; a value that is not a number is NaN."""
        query = select(Metric.fold, Metric.step, Metric.name, Metric.value).where(Metric.job_id == job_id)
        if names is not None:
            query = query.where(Metric.name.in_(names))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(Metric.fold, Metric.step, Metric.name)).all()
        return tuple(
            MetricRow(fold, step, name, math.nan if value is None else value) for fold, step, name, value in rows
        )

    def logged_so_far(self, job_id: int) -> tuple[int, int]:
        """How many numbers a job has logged, and their last step: what tells cheaply whether there is more to read."""
        query = select(func.count(), func.max(Metric.step)).where(Metric.job_id == job_id)
        with self._database.reading() as connection:
            count, last = connection.execute(query).one()
        return count, last or 0
