"""How soon a short training is at work: by a process started for it, and by one that its worker has kept ready."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from mammo.config import Settings, settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobState, NewJob, Store, open_store
from mammo.training.presets import PRESETS

ROUNDS, WOMEN = 5, 12
_COLD, _WARM = "started for it", "kept ready"
_AT_WORK, _FIRST_STEP, _WHOLE = "submitted to at work", "submitted to first step", "short training, whole"
_REST_SECONDS = 2.0  # a worker that has computed nothing for so long has loaded all
_PATIENCE_SECONDS = 300.0


@dataclass(frozen=True)
class _Home:
    settings: Settings
    store: Store
    split: str


def measure() -> Sequence[Row]:
    """A worker of its own in each round, at rest before the job is submitted; images are prepared beforehand."""
    figures = [Figure(_AT_WORK, "s", 3), Figure(_FIRST_STEP, "s"), Figure(_WHOLE, "s"), Figure("memory before", "MB")]
    with _home() as home:
        _round(home, spare="no")
        cases = {_COLD: partial(_round, home, spare="no"), _WARM: partial(_round, home, spare="yes")}
        rows = interleaved(cases, figures, ROUNDS)
    return [*rows, *(ratio(rows, _COLD, _WARM, figure) for figure in (_AT_WORK, _FIRST_STEP, _WHOLE))]


@contextmanager
def _home() -> Iterator[_Home]:
    """An installation with a few films, beside the project; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mammo-bench-", dir=".") as folder:
        films = Path(folder).absolute() / "films"
        write_phantoms(films, PhantomOptions(patients=WOMEN, pitch_mm=1.0), processes=os.cpu_count() or 1)
        imported = import_collection(films)
        where = settings({"MAMMO_HOME": str(Path(folder).absolute() / "home")})
        store = open_store(where)
        store.data_sets.add("films", films, imported, by="bench")
        split = split_samples(imported.samples, by="patient", policy="case")
        yield _Home(where, store, store.splits.add("films", split, by="bench").name)
        store.close()


def _round(home: _Home, spare: str) -> Figures:
    environment = {**os.environ, "MAMMO_HOME": str(home.settings.home), "MAMMO_SPARE_PROCESS": spare}
    worker = subprocess.Popen(
        [sys.executable, "-m", "mammo", "worker", "--device", "cpu"],
        cwd=Path(__file__).parents[1],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        memory = _memory_at_rest(psutil.Process(worker.pid), processes=2 if spare == "yes" else 1)
        return {**_seconds_of_a_training(home), "memory before": memory}
    finally:
        worker.terminate()
        worker.wait()


def _memory_at_rest(worker: psutil.Process, processes: int) -> float:
    """Megabytes that so many processes have for themselves alone, when all have loaded and compute no more."""
    used, since = -1.0, time.monotonic()

    def is_at_rest() -> bool:
        nonlocal used, since
        family = [worker, *worker.children(recursive=True)]
        now = sum(sum(one.cpu_times()[:2]) for one in family)
        if len(family) < processes or now > used + 0.05:  # an idle worker's looks take less
            used, since = now, time.monotonic()
        return time.monotonic() - since > _REST_SECONDS

    _wait_until(is_at_rest)
    return sum(float(one.memory_full_info().uss) for one in [worker, *worker.children(recursive=True)]) // 1e6


def _seconds_of_a_training(home: _Home) -> dict[str, float]:
    values = {"epochs": 1, "image_size": 64, "batch_size": 16, "threads": 1}
    new = NewJob("training", PRESETS["demo"].config(values).to_dict(), "bench", "films", home.split)
    began, jobs = time.perf_counter(), home.store.jobs
    number = jobs.submit(new).id
    conditions: dict[str, Callable[[], bool]] = {
        _AT_WORK: lambda: jobs.get(number).state not in {JobState.QUEUED, JobState.STARTING},
        _FIRST_STEP: lambda: bool(jobs.metrics(number)),
        _WHOLE: lambda: jobs.get(number).is_finished,
    }
    seconds = {}
    for name, condition in conditions.items():
        _wait_until(condition)
        seconds[name] = time.perf_counter() - began
    if jobs.get(number).state != JobState.SUCCEEDED:
        raise RuntimeError(f"The training that was to be measured is {jobs.get(number).state}.")
    return seconds


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("The worker that was to be measured did not come so far.")
        time.sleep(0.01)


BENCHMARK = Benchmark(
    "The start of a short training in an idle worker",
    measure,
    ("An idle worker looks into the queue once a second, which is part of every figure but the memory.",),
)
