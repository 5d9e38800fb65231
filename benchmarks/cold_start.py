"""From starting the app's process to the first page at rest, and to the first chart in a browser."""

from __future__ import annotations

import asyncio
import os
import time

from playwright.sync_api import sync_playwright

from benchmarks._busy_home import BusyHome, busy_home
from benchmarks._chromium import installed_chromium
from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved
from benchmarks._visitor import Visitor, dashboard

ROUNDS = 5
_PATIENCE_MS = 60_000


def measure() -> list[Row]:
    """A process of its own each time; what the disk's cache holds stays in it."""
    with busy_home(images=400, jobs=10) as home:
        cases = {"overview": lambda: _to_script(home), "a running training": lambda: _to_chart(home)}
        figures = [Figure("script at rest", "s", 3), Figure("memory", "MB"), Figure("first chart drawn", "s", 6)]
        return interleaved(cases, figures, ROUNDS)


def _to_script(home: BusyHome) -> Figures:
    began = time.perf_counter()
    with dashboard(home.settings.home, dict(os.environ)) as (port, process):
        asyncio.run(_open_overview(port))
        return {"script at rest": time.perf_counter() - began, "memory": round(process.memory_info().rss / 1e6)}


async def _open_overview(port: int) -> None:
    visitor = await Visitor.arrive(port)
    await visitor.open("")
    await visitor.leave()


def _to_chart(home: BusyHome) -> Figures:
    """The browser is there already, its cache is empty."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        began = time.perf_counter()
        with dashboard(home.settings.home, dict(os.environ)) as (port, _process):
            page.goto(f"http://127.0.0.1:{port}/training?job={home.running}")
            page.locator(".js-plotly-plot .plot-container").first.wait_for(timeout=_PATIENCE_MS)
            taken = time.perf_counter() - began
        browser.close()
    return {"first chart drawn": taken}


BENCHMARK = Benchmark("A cold start of the app", measure)
