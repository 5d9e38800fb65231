"""What the models of jobs say of each item."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from db.models import Prediction
from mammo.store.database import Database
from mammo.store.job_changes import report
from mammo.store.records import PredictionRecord


class Predictions:
    """Predictions by job, part and fold."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, job_id: int, attempt: int, rows: Sequence[PredictionRecord]) -> None:
        """Keep predictions, in place of all earlier ones of the same parts and folds.

        Raises:
            NotFoundError: If there is no such job.
            JobStateError: If the attempt is over (code "stale_attempt") or the job no longer in hand.
        """
        with self._database.writing() as connection:
            report(connection, job_id, attempt, self._database.clock)
            for part, fold in {(row.part, row.fold) for row in rows}:
                of_fold = (Prediction.job_id == job_id, Prediction.part == part, Prediction.fold == fold)
                connection.execute(delete(Prediction).where(*of_fold))
            if rows:
                values = [{**vars(row), "job_id": job_id, "probabilities": list(row.probabilities)} for row in rows]
                connection.execute(insert(Prediction), values)

    def load(self, job_id: int, part: str | None = None, fold: int | None = None) -> tuple[PredictionRecord, ...]:
        """Predictions by part, fold and item, of one part or fold or all; none if the job made none."""
        query = select(
            Prediction.part,
            Prediction.fold,
            Prediction.item_id,
            Prediction.sample_id,
            Prediction.patient_id,
            Prediction.truth,
            Prediction.probabilities,
        ).where(Prediction.job_id == job_id)
        if part is not None:
            query = query.where(Prediction.part == part)
        if fold is not None:
            query = query.where(Prediction.fold == fold)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(Prediction.part, Prediction.fold, Prediction.item_id))
            return tuple(
                PredictionRecord(**{**row._asdict(), "probabilities": tuple(row.probabilities)}) for row in rows
            )
