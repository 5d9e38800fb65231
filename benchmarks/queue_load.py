"""A busy server: workers that report, and people who look, at the same time for two minutes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, percentile
from benchmarks._queue import in_processes, queue_of, wait_until, worker_named
from mammo.config import Settings
from mammo.errors import MammoError
from mammo.store import JobFilter, MetricRow, open_store

WRITERS, READERS = 16, 50
SECONDS = 120
WRITE_PAUSE, READ_PAUSE = 1.0, 3.0  # a training logs once a second; a page asks every three
READERS_PER_PROCESS = 10  # threads of one process, as the sessions of one dashboard

Measured = tuple[list[float], list[float], int]  # seconds of writes, of reads, errors


def measure() -> list[Row]:
    """One long round: what counts is that none of thousands fails."""
    figures = [
        Figure("write p50", "ms"),
        Figure("write p99", "ms", 200),
        Figure("write longest", "ms"),
        Figure("read p99", "ms"),
        Figure("writes", ""),
        Figure("reads", ""),
        Figure("errors", "", 0),
    ]
    return interleaved({f"{WRITERS} writers, {READERS} readers, {SECONDS} s": _round}, figures, rounds=1)


def _round() -> Figures:
    with queue_of(WRITERS) as where:
        found = in_processes(_work, where, WRITERS + READERS // READERS_PER_PROCESS)
    writes = [second for one, _, _ in found for second in one]
    reads = [second for _, one, _ in found for second in one]
    return {
        "write p50": 1000 * percentile(writes, 0.5),
        "write p99": 1000 * percentile(writes, 0.99),
        "write longest": 1000 * max(writes),
        "read p99": 1000 * percentile(reads, 0.99),
        "writes": float(len(writes)),
        "reads": float(len(reads)),
        "errors": float(sum(errors for _, _, errors in found)),
    }


def _work(where: Settings, start: float, number: int) -> Measured:
    return _write(where, start, number) if number < WRITERS else _read(where, start)


def _write(where: Settings, start: float, number: int) -> Measured:
    jobs = open_store(where).jobs
    job = jobs.claim(worker_named(number))
    if job is None:
        return [], [], 1
    seconds, errors, step = [], 0, 0
    wait_until(start + number * WRITE_PAUSE / WRITERS)
    while time.time() < start + SECONDS:
        step += 1
        rows = [MetricRow(0, step, name, 0.5) for name in ("loss", "rate")]
        for write in (jobs.heartbeat, partial(jobs.record_metrics, rows=rows)):
            began = time.perf_counter()
            try:
                write(job.id, job.attempt)
            except MammoError:
                errors += 1
            seconds.append(time.perf_counter() - began)
        wait_until(start + number * WRITE_PAUSE / WRITERS + step * WRITE_PAUSE)
    return seconds, [], errors


def _read(where: Settings, start: float) -> Measured:
    store = open_store(where)

    def look(reader: int) -> tuple[list[float], int]:
        seconds, errors, turn = [], 0, 0
        begin = start + reader * READ_PAUSE / READERS_PER_PROCESS
        wait_until(begin)
        while time.time() < start + SECONDS:
            turn += 1
            began = time.perf_counter()
            try:
                jobs = store.jobs.list(JobFilter(limit=200))
                store.jobs.metrics(jobs[turn % len(jobs)].id)
            except MammoError:
                errors += 1
            seconds.append(time.perf_counter() - began)
            wait_until(begin + turn * READ_PAUSE)
        return seconds, errors

    with ThreadPoolExecutor(READERS_PER_PROCESS) as threads:
        found = list(threads.map(look, range(READERS_PER_PROCESS)))
    return [], [second for one, _ in found for second in one], sum(errors for _, errors in found)


BENCHMARK = Benchmark("Heartbeats and metrics beside people who look (SQLite)", measure)
