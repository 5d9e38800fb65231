"""Curves of logged numbers as the database holds them: packed, in parts while a job works, whole when it has ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any, Protocol

import numpy as np
from sqlalchemy import Connection, Row, delete, insert, select

from db.models import CurvePart
from mammo.store.records import Curve

_STEPS, _NUMBERS = np.dtype("<i8"), np.dtype("<f8")


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


def add_parts(connection: Connection, job_id: int, rows: Iterable[LoggedNumber]) -> None:
    """Keep numbers: a part for each fold and name."""
    logged: dict[tuple[int, str], list[LoggedNumber]] = defaultdict(list)
    for row in rows:
        logged[row.fold, row.name].append(row)
    _add(
        connection,
        job_id,
        [
            Curve(
                fold,
                name,
                np.fromiter((row.step for row in part), _STEPS, len(part)),
                np.fromiter((row.value for row in part), _NUMBERS, len(part)),
            )
            for (fold, name), part in logged.items()
        ],
    )


def make_whole(connection: Connection, job_id: int) -> None:
    """Put the parts of a job's curves together: nothing is added to them any more."""
    curves = read(connection, [job_id])[job_id]
    connection.execute(delete(CurvePart).where(CurvePart.job_id == job_id))
    _add(connection, job_id, curves)


def read(
    connection: Connection, job_ids: Collection[int], names: Collection[str] | None = None
) -> dict[int, tuple[Curve, ...]]:
    """The curves of jobs by fold and name, of these names or all; none for a job that has logged nothing."""
    part = CurvePart.__table__.c
    query = select(part.job_id, part.fold, part.name, part.steps, part.numbers).where(part.job_id.in_(job_ids))
    if names is not None:
        query = query.where(part.name.in_(names))
    rows = connection.execute(query.order_by(part.job_id, part.fold, part.name, part.id)).all()
    found: dict[int, list[Curve]] = {job: [] for job in job_ids}
    for (job, fold, name), parts in groupby(rows, key=lambda row: row[:3]):
        found[job].append(_joined(fold, name, list(parts)))
    return {job: tuple(curves) for job, curves in found.items()}


def _joined(fold: int, name: str, parts: Sequence[Row[Any, Any, Any, Any, Any]]) -> Curve:
    """One curve; of a step that was logged again after a resume, the later number."""
    steps = np.frombuffer(b"".join(part.steps for part in parts), _STEPS)
    values = np.frombuffer(b"".join(part.numbers for part in parts), _NUMBERS)
    if (steps[1:] <= steps[:-1]).any():
        steps, latest = np.unique(steps[::-1], return_index=True)
        values = values[::-1][latest]
    return Curve(fold, name, steps, values)


def _add(connection: Connection, job_id: int, curves: Sequence[Curve]) -> None:
    values = [
        {
            "job_id": job_id,
            "fold": curve.fold,
            "name": curve.name,
            "count": len(curve.steps),
            "last_step": int(curve.steps.max()),
            "steps": curve.steps.tobytes(),
            "numbers": curve.values.tobytes(),
        }
        for curve in curves
    ]
    if values:
        connection.execute(insert(CurvePart), values)
