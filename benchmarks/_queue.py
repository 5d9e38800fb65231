"""A queue on a disk and processes that work at it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TypeVar

from mammo.config import Settings, settings
from mammo.store import NewJob, Worker, open_store

T = TypeVar("T")

_SETTLE_SECONDS = 3.0  # between the moment at which all processes are there and the start

_all_there: Barrier  # of the processes of one round


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
    """What ``work(settings, moment of the start, number)`` returns in each of so many processes started together.

    The start is when all have loaded what they need: the last one's loading would else be measured in the first one.
    """
    context = get_context("spawn")
    with ProcessPoolExecutor(count, context, _keep, (context.Barrier(count),)) as pool:
        futures = [pool.submit(_together, work, where, number) for number in range(count)]
        return [future.result() for future in futures]


def _keep(all_there: Barrier) -> None:
    global _all_there
    _all_there = all_there


def _together(work: Callable[[Settings, float, int], T], where: Settings, number: int) -> T:
    _all_there.wait()
    return work(where, time.time() + _SETTLE_SECONDS, number)


def wait_until(start: float) -> None:
    """Until the moment at which all processes begin."""
    time.sleep(max(0.0, start - time.time()))


def worker_named(number: int) -> Worker:
    """One of several workers."""
    return Worker(f"bench-{number}", number + 1, "bench", 1.0)
