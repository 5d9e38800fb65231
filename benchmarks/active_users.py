"""How long people wait for a page when many click at the same time."""

from __future__ import annotations

import asyncio
import os
import random
import time

import psutil

from benchmarks._busy_home import busy_home
from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, percentile
from benchmarks._visitor import Visitor, dashboard
from benchmarks.pages import addresses

USERS = 15
SECONDS = 60
THINKING_SECONDS = (2.5, 7.5)  # between two clicks of one person; five in the mean
ROUNDS = 3


def measure() -> list[Row]:
    """People who open one page after the other at their own pace."""
    with busy_home() as home, dashboard(home.settings.home, dict(os.environ)) as (port, process):
        pages = list(addresses(home).values())
        asyncio.run(_warm_up(port, pages))
        figures = [
            Figure("p50", "s", 0.2),
            Figure("p95", "s", 1.0),
            Figure("p99", "s", 2.0),
            Figure("longest", "s"),
            Figure("views", ""),
            Figure("memory", "MB"),
            Figure("the visitors' own share of a core", "%"),
        ]
        case = f"{USERS} people, {SECONDS} s"
        return interleaved({case: lambda: asyncio.run(_round(port, process, pages))}, figures, ROUNDS)


async def _warm_up(port: int, pages: list[tuple[str, str]]) -> None:
    visitor = await Visitor.arrive(port)
    for page, query in pages:
        await visitor.open(page, query)
    await visitor.leave()


async def _round(port: int, process: psutil.Process, pages: list[tuple[str, str]]) -> Figures:
    began, used = time.monotonic(), time.process_time()
    found = await asyncio.gather(*(_person(port, pages, random.Random(number)) for number in range(USERS)))  # noqa: S311
    seconds = [one for of_person in found for one in of_person]
    return {
        "p50": percentile(seconds, 0.5),
        "p95": percentile(seconds, 0.95),
        "p99": percentile(seconds, 0.99),
        "longest": max(seconds),
        "views": float(len(seconds)),
        "memory": round(process.memory_info().rss / 1e6),
        "the visitors' own share of a core": 100 * (time.process_time() - used) / (time.monotonic() - began),
    }


async def _person(port: int, pages: list[tuple[str, str]], mood: random.Random) -> list[float]:
    visitor, seconds = await Visitor.arrive(port), []
    end = asyncio.get_running_loop().time() + SECONDS
    await asyncio.sleep(mood.uniform(0, THINKING_SECONDS[1]))
    while asyncio.get_running_loop().time() < end:
        seconds.append(await visitor.open(*mood.choice(pages)))
        await asyncio.sleep(mood.uniform(*THINKING_SECONDS))
    await visitor.leave()
    return seconds


BENCHMARK = Benchmark(
    "Many people at once, with the films and jobs of the benchmark of pages",
    measure,
    left_out=(
        "Each person opens a page about every 5 s; the first view of each page after the server's start is not among "
        "them, and no browser draws. The visitors are one process on the same cores; what it takes is told.",
    ),
)
