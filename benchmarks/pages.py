"""How long each page takes to come to rest, and what the app's process holds, on a server that is full of work."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict

from benchmarks._busy_home import IMAGES, JOBS, POINTS, BusyHome, busy_home
from benchmarks._frame import Benchmark, Row, percentile
from benchmarks._visitor import Visitor, dashboard

VIEWS = 20  # of each page; the pages take turns
SESSIONS = 10


def measure() -> list[Row]:
    """One visitor after the other; the first view of a page, which loads what it needs, stands for itself."""
    with busy_home() as home, dashboard(home.settings.home, dict(os.environ)) as (port, process):
        seconds = asyncio.run(_views(port, addresses(home)))
        memory = process.memory_info().rss / 1e6
    rows = []
    for page, taken in seconds.items():
        first, rest = taken[0], taken[1:]
        rows.append(Row(page, "p95", percentile(rest, 0.95), "s", tuple(round(one, 3) for one in rest), 1.0))
        rows.append(Row(page, "first view", round(first, 3), "s", (round(first, 3),)))
    every = [one for taken in seconds.values() for one in taken[1:]]
    rows.append(Row("all pages", "p95", percentile(every, 0.95), "s", (), 1.0))
    return [*rows, Row("app process", f"memory after {SESSIONS} sessions", round(memory), "MB", (round(memory),), 300)]


def addresses(home: BusyHome) -> dict[str, tuple[str, str]]:
    """Page and query of every view that is measured."""
    return {
        "overview": ("", ""),
        "data sets": ("data_sets", ""),
        "contrast": ("contrast", ""),
        "augmentation": ("augmentation", ""),
        "new training": ("training", ""),
        "running training": ("training", f"job={home.running}"),
        "results": ("results", f"job={home.finished}"),
        "results, one cell": ("results", f"job={home.finished}&cell=0-1"),
        "predict": ("predict", ""),
        "paper": ("paper", ""),
    }


async def _views(port: int, pages: dict[str, tuple[str, str]]) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = defaultdict(list)
    visitors = [await Visitor.arrive(port) for _ in range(SESSIONS)]
    for turn in range(VIEWS + 1):
        for page, (name, query) in pages.items():
            seconds[page].append(await visitors[turn % SESSIONS].open(name, query))
    for visitor in visitors:
        await visitor.leave()
    return seconds


BENCHMARK = Benchmark(f"Pages with {IMAGES:,} images and {JOBS} jobs of {POINTS} points each", measure)
