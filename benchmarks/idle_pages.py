"""What pages cost that are open on a running job and nobody touches: time of a processor, in share of one core."""

from __future__ import annotations

import asyncio
import os
import time

import psutil

from benchmarks._busy_home import BusyHome, busy_home
from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved
from benchmarks._visitor import Visitor, dashboard

PAGES = 20
SECONDS = 60
ROUNDS = 3


def measure() -> list[Row]:
    """The app's process with its children, while nothing but the pages' own clocks asks it anything."""
    with busy_home(images=400, jobs=10) as home, dashboard(home.settings.home, dict(os.environ)) as (port, process):
        figures = [Figure("share of a core", "%", 50), Figure("redrawn", "")]
        case = f"{PAGES} pages open on a running job, {SECONDS} s"
        return interleaved({case: lambda: asyncio.run(_round(port, process, home))}, figures, ROUNDS)


async def _round(port: int, process: psutil.Process, home: BusyHome) -> Figures:
    visitors = [await Visitor.arrive(port) for _ in range(PAGES)]
    for visitor in visitors:
        await visitor.open("training", f"job={home.running}")
    before, began = _seconds_of(process), time.monotonic()
    redrawn = await asyncio.gather(*(visitor.stay(SECONDS) for visitor in visitors))
    used, lasted = _seconds_of(process) - before, time.monotonic() - began
    for visitor in visitors:
        await visitor.leave()
    return {"share of a core": 100 * used / lasted, "redrawn": float(sum(redrawn))}


def _seconds_of(process: psutil.Process) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in [process, *process.children(recursive=True)])


BENCHMARK = Benchmark("Pages that are only open", measure)
