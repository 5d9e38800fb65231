"""Numbers that a training logs."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import func, select

from db.models import CurvePart
from mammo.store import curves
from mammo.store.curves import LoggedNumber
from mammo.store.database import Database
from mammo.store.job_changes import report
from mammo.store.records import Curve, MetricRow, Wish


class JobMetrics:
    """Metrics by job, fold, step and name."""

    _database: Database

    def record_metrics(self, job_id: int, attempt: int, rows: Iterable[LoggedNumber]) -> Wish:
        """Keep numbers, in place of earlier ones of the same fold, step and name; also a heartbeat.

        Raises:
            NotFoundError: If there is no such job.
            JobStateError: If the attempt is over (code "stale_attempt") or the job no longer in hand.
        """
        with self._database.writing() as connection:
            wish = report(connection, job_id, attempt, self._database.clock)
            curves.add_parts(connection, job_id, rows)
        return wish

    def curves(self, job_ids: Collection[int], names: Collection[str] | None = None) -> dict[int, tuple[Curve, ...]]:
        """What each of these jobs has logged, by fold and name, of these names or all."""
        with self._database.reading() as connection:
            return curves.read(connection, job_ids, names)

    def metrics(self, job_id: int, names: Collection[str] | None = None) -> tuple[MetricRow, ...]:
        """The same of one job, number by number: by fold, step and name."""
        rows = (
            MetricRow(curve.fold, step, curve.name, value)
            for curve in self.curves([job_id], names)[job_id]
            for step, value in zip(curve.steps.tolist(), curve.values.tolist(), strict=True)
        )
        return tuple(sorted(rows, key=lambda row: row[:3]))

    def logged_so_far(self, job_id: int) -> tuple[int, int]:
        """How many numbers a job has logged, and their last step: what tells cheaply whether there is more to read."""
        part = CurvePart.__table__.c
        query = select(func.sum(part.count), func.max(part.last_step)).where(part.job_id == job_id)
        with self._database.reading() as connection:
            count, last = connection.execute(query).one()
        return int(count or 0), last or 0
