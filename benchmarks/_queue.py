"""A queue on a disk and processes that work at it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from mammo.config import Settings, settings
from mammo.store import NewJob, Worker, open_store

T = TypeVar("T")

_START_SECONDS = 1.0  # per process: what it takes to load the store, on a busy machine


@contextmanager
def queue_of(jobs: int) -> Iterator[Settings]:
    """A database of its own with so many queued jobs, gone afterwards; beside the project, not in memory."""
    with tempfile.TemporaryDirectory(prefix="mammo-bench-", dir=".") as folder:
        where = settings({"MAMMO_HOME": str(Path(folder).absolute())})
        store = open_store(where)
        for _ in range(jobs):
            store.jobs.submit(NewJob("training", {"epochs": 3}, "bench"))
        store.close()
        yield where


def in_processes(work: Callable[[Settings, float, int], T], where: Settings, count: int) -> list[T]:
    """What ``work(settings, moment of the start, number)`` returns in each of so many processes started together."""
    start = time.time() + 3 + _START_SECONDS * count / 4
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        return [future.result() for future in [pool.submit(work, where, start, number) for number in range(count)]]


def wait_until(start: float) -> None:
    """Until the moment at which all processes begin."""
    time.sleep(max(0.0, start - time.time()))


def worker_named(number: int) -> Worker:
    """One of several workers."""
    return Worker(f"bench-{number}", number + 1, "bench", 1.0)
