"""Logged numbers: what writing them takes of a GPU's time, and reading a hundred curves beside reading ORM objects."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from benchmarks._queue import queue_of, worker_named
from mammo.config import Settings
from mammo.store import Store, open_store
from mammo.training.engine import SECONDS_BETWEEN_REPORTS
from mammo.training.fit import Metric

JOBS, STEPS, ROUNDS, REPORTS = 100, 540, 5, 15
_ITERATION_SECONDS = 0.001  # of a GPU, about
_CURVE = "train_loss"
_TIME = Figure("time", "ms")
_SHARE, _OF_PROCESSOR = "share of the time", "share of the time, processor"


class _Base(DeclarativeBase):
    pass


class _RowOfNumber(_Base):
    """One row for each number, as most programs keep them."""

    __tablename__ = "rows_of_numbers"
    job_id: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]


def measure() -> Sequence[Row]:
    """Rounds in turn; writing anew takes the place of what was written."""
    with queue_of(JOBS) as where:
        store = open_store(where)
        jobs = [_claimed(store) for _ in range(JOBS)]
        for job, attempt in jobs:
            store.jobs.record_metrics(job, attempt, _rows(0, STEPS))
        _write_objects(where, jobs)
        cases = {
            "100 curves of 540 numbers, Mammo": partial(_timed, partial(_read, store, jobs)),
            "100 curves of 540 numbers, ORM objects": partial(_timed, partial(_read_objects, where, jobs)),
        }
        rows = interleaved(cases, [_TIME], ROUNDS)
        own, objects = cases
        rows.append(ratio(rows, objects, own, _TIME.name, 50))
        shares = [Figure(_SHARE, "", 0.01), Figure(_OF_PROCESSOR, "")]
        rows += interleaved({"numbers of one report of a GPU": partial(_shares, store, *jobs[0])}, shares, REPORTS)
        store.close()
    return rows


def _claimed(store: Store) -> tuple[int, int]:
    job = store.jobs.claim(worker_named(0))
    if job is None:
        raise RuntimeError("The queue of the benchmark is empty.")
    return job.id, job.attempt


def _rows(first: int, count: int) -> list[Metric]:
    return [Metric(0, first + step, _CURVE, 1 / (step + 1)) for step in range(count)]


def _shares(store: Store, job: int, attempt: int) -> Figures:
    """Writing the losses between two reports, as a share of the time between them."""
    rows = _rows(0, int(SECONDS_BETWEEN_REPORTS / _ITERATION_SECONDS))
    began, worked = time.perf_counter(), time.process_time()
    store.jobs.record_metrics(job, attempt, rows)
    taken, work = time.perf_counter() - began, time.process_time() - worked
    return {_SHARE: taken / SECONDS_BETWEEN_REPORTS, _OF_PROCESSOR: work / SECONDS_BETWEEN_REPORTS}


def _read(store: Store, jobs: Sequence[tuple[int, int]]) -> None:
    store.jobs.curves([job for job, _ in jobs], {_CURVE})


def _write_objects(where: Settings, jobs: Sequence[tuple[int, int]]) -> None:
    engine = create_engine(where.database_url)
    _Base.metadata.create_all(engine)
    with Session(engine) as session:
        for job, _ in jobs:
            rows = _rows(0, STEPS)
            session.add_all(_RowOfNumber(job_id=job, step=row.step, name=row.name, value=row.value) for row in rows)
        session.commit()
    engine.dispose()


def _read_objects(where: Settings, jobs: Sequence[tuple[int, int]]) -> None:
    engine = create_engine(where.database_url)
    with Session(engine) as session:
        for job, _ in jobs:
            rows = select(_RowOfNumber).where(_RowOfNumber.job_id == job, _RowOfNumber.name == _CURVE)
            session.scalars(rows).all()
    engine.dispose()


def _timed(work: partial[None]) -> Figures:
    began = time.perf_counter()
    work()
    return {_TIME.name: 1000 * (time.perf_counter() - began)}


BENCHMARK = Benchmark(
    f"Numbers that a training logs: {JOBS} jobs of {STEPS} iterations on SQLite",
    measure,
    (
        f"An iteration of a GPU is taken as {1000 * _ITERATION_SECONDS:g} ms, and numbers are written every "
        f"{SECONDS_BETWEEN_REPORTS:g} s.",
        "What a report takes beside the processor is waiting for the disk: a rollback journal is synced several times.",
        "Objects are read from rows of a table of this benchmark, one for each number.",
    ),
)
