"""What a worker costs that has nothing to do, with the process that it keeps for its next job."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved
from benchmarks._queue import queue_of
from mammo.config import Settings

SECONDS = 60
WARM_UP_SECONDS = 30  # loading is no idling, and the process kept for the next job loads after five seconds
ROUNDS = 3


def measure() -> list[Row]:
    """A real worker process at an empty queue."""
    figures = [Figure("share of a core", "%", 1), Figure("memory of its own", "MB")]
    return interleaved({f"worker at an empty queue, {SECONDS} s": _round}, figures, ROUNDS)


def _round() -> Figures:
    with queue_of(0) as where:
        process = _worker(where)
        try:
            time.sleep(WARM_UP_SECONDS)
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            before, began = _seconds_of(family), time.monotonic()
            time.sleep(SECONDS)
            used, lasted = _seconds_of(family) - before, time.monotonic() - began
            memory = sum(one.memory_full_info().uss for one in family)
        finally:
            process.terminate()
            process.wait()
    return {"share of a core": 100 * used / lasted, "memory of its own": round(memory / 1e6)}


def _worker(where: Settings) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mammo", "worker", "--device", "cpu"]
    environment = {**os.environ, "MAMMO_HOME": str(where.home)}
    return subprocess.Popen(  # noqa: S603 - our own arguments
        command, cwd=Path(__file__).parents[1], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _seconds_of(family: list[psutil.Process]) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in family)


BENCHMARK = Benchmark("An idle worker", measure)
