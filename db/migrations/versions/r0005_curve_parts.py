"""What a training logged lies in packed parts of curves, no longer in one row for each number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"

_METRICS = sa.table("metrics", *map(sa.column, ("job_id", "fold", "step", "name", "value")))
_PARTS = sa.table(
    "curve_parts",
    *map(sa.column, ("id", "job_id", "fold", "name", "count", "last_step")),
    sa.column("steps", sa.LargeBinary()),
    sa.column("numbers", sa.LargeBinary()),
)


def upgrade() -> None:
    op.create_table(
        "curve_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("fold", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("steps", sa.LargeBinary(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_curve_parts"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_curve_parts_job_id", ondelete="CASCADE"),
    )
    op.create_index("ix_curve_parts_job_id_name", "curve_parts", ["job_id", "name"])
    for job in _jobs_of(_METRICS):
        op.get_bind().execute(sa.insert(_PARTS), list(_packed(job)))
    op.drop_table("metrics")


def downgrade() -> None:
    op.create_table(
        "metrics",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("fold", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "fold", "step", "name", name="pk_metrics"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_metrics_job_id", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    for job in _jobs_of(_PARTS):
        op.get_bind().execute(sa.insert(_METRICS), _unpacked(job))
    op.drop_table("curve_parts")


def _jobs_of(table: sa.TableClause) -> list[int]:
    """Their numbers: one job's rows at a time are held in memory."""
    return list(op.get_bind().scalars(sa.select(table.c.job_id).distinct()))


def _packed(job: int) -> Iterator[dict[str, object]]:
    columns = _METRICS.c
    query = sa.select(columns.fold, columns.name, columns.step, columns.value).where(columns.job_id == job)
    rows = op.get_bind().execute(query.order_by(columns.fold, columns.name, columns.step))
    for (fold, name), found in groupby(rows, key=lambda row: (row.fold, row.name)):
        curve = list(found)
        steps = np.array([row.step for row in curve], "<i8")
        numbers = np.array([np.nan if row.value is None else row.value for row in curve], "<f8")
        yield {
            "job_id": job,
            "fold": fold,
            "name": name,
            "count": len(curve),
            "last_step": curve[-1].step,
            "steps": steps.tobytes(),
            "numbers": numbers.tobytes(),
        }


def _unpacked(job: int) -> list[dict[str, object]]:
    rows: dict[tuple[int, int, str], float] = {}  # of a step that was logged twice, the later number
    for part in op.get_bind().execute(sa.select(_PARTS).where(_PARTS.c.job_id == job).order_by(_PARTS.c.id)):
        logged = zip(
            np.frombuffer(part.steps, "<i8").tolist(), np.frombuffer(part.numbers, "<f8").tolist(), strict=True
        )
        rows |= {(part.fold, step, part.name): number for step, number in logged}
    return [
        {"job_id": job, "fold": fold, "step": step, "name": name, "value": None if math.isnan(number) else number}
        for (fold, step, name), number in rows.items()
    ]
