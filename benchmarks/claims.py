"""How long a worker waits for a job when many ask: calmly, and all at once."""

from __future__ import annotations

import time
from collections import Counter

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, percentile
from benchmarks._queue import in_processes, queue_of, wait_until, worker_named
from mammo.config import Settings
from mammo.errors import MammoError
from mammo.store import open_store

WORKERS = 16
JOBS = 5_000
TURNS = 4  # claims of each worker, one worker a second
ROUNDS = 3

Claimed = tuple[list[int], list[float], int]  # jobs, seconds of each claim, errors


def measure() -> list[Row]:
    """Both ways, in turn."""
    cases = {"one claim a second in all": _calmly, f"{JOBS} jobs without pause": _at_once}
    figures = [
        Figure("p50", "ms"),
        Figure("p99", "ms", 50),
        Figure("longest", "ms"),
        Figure("errors", "", 0),
        Figure("claimed twice", "", 0),
        Figure("lost", "", 0),
        Figure("claims per second", "/s"),
    ]
    rows = interleaved(cases, figures, ROUNDS)
    # the goal for the wait is that of the calm way; without pause a wait is the others' work
    return [row if row.case.startswith("one") or row.figure != "p99" else _without_goal(row) for row in rows]


def _without_goal(row: Row) -> Row:
    return Row(row.case, row.figure, row.value, row.unit, row.rounds)


def _calmly() -> Figures:
    with queue_of(WORKERS * (TURNS + 1)) as where:
        return _figures(in_processes(_claim_now_and_then, where, WORKERS), expected=None)


def _at_once() -> Figures:
    with queue_of(JOBS) as where:
        return _figures(in_processes(_claim_all, where, WORKERS), expected=JOBS)


def _claim_now_and_then(where: Settings, start: float, number: int) -> Claimed:
    store = open_store(where)
    jobs, seconds = [], []
    store.jobs.claim(worker_named(number))  # a worker's first claim prepares its statements
    for turn in range(TURNS):
        wait_until(start + turn * WORKERS + number)
        began = time.perf_counter()
        job = store.jobs.claim(worker_named(number))
        seconds.append(time.perf_counter() - began)
        jobs += [] if job is None else [job.id]
    return jobs, seconds, 0


def _claim_all(where: Settings, start: float, number: int) -> Claimed:
    store = open_store(where)
    jobs: list[int] = []
    seconds: list[float] = []
    errors = 0
    wait_until(start)
    while True:
        began = time.perf_counter()
        try:
            job = store.jobs.claim(worker_named(number))
            seconds.append(time.perf_counter() - began)
            if job is None:
                return jobs, seconds, errors
            jobs.append(job.id)
        except MammoError:
            errors += 1


def _figures(claimed: list[Claimed], expected: int | None) -> Figures:
    seconds = [second for _, of_one, _ in claimed for second in of_one]
    times = Counter(job for jobs, _, _ in claimed for job in jobs)
    figures = {
        "p50": 1000 * percentile(seconds, 0.5),
        "p99": 1000 * percentile(seconds, 0.99),
        "longest": 1000 * max(seconds),
        "errors": float(sum(errors for _, _, errors in claimed)),
        "claimed twice": float(sum(count - 1 for count in times.values())),
    }
    if expected is None:
        return figures
    longest_worker = max(sum(of_one) for _, of_one, _ in claimed)
    return {**figures, "lost": float(expected - len(times)), "claims per second": len(times) / longest_worker}


BENCHMARK = Benchmark(f"Claims by {WORKERS} worker processes (SQLite, every claim synced to the disk)", measure)
