"""The first run of a page in a new server: Mammo's Overview beside a page that imports its libraries when it starts."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks._busy_home import busy_home
from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from benchmarks._visitor import Visitor, dashboard

ROUNDS = 5
_OWN, _USUAL = "Mammo, Overview", "imports first, one line of text"
_SCRIPT = """
import plotly.graph_objects
import sklearn.metrics
import streamlit as st
import torch
import torchvision

st.write(torch.__version__)
"""
_FIGURES = [Figure("first run", "s"), Figure("from the start to its end", "s"), Figure("memory", "MB")]
_TIMES, _MEMORY = 20, 300  # as quick at least; MB at most


def measure() -> Sequence[Row]:
    """A server of its own for each run; what the disk's cache holds stays in it."""
    with busy_home(images=400, jobs=10) as home, tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        usual = Path(folder) / "usual.py"
        usual.write_text(_SCRIPT)
        where = home.settings.home
        rows = interleaved({_OWN: partial(_first, where), _USUAL: partial(_first, where, usual)}, _FIGURES, ROUNDS)
    memory = next(row for row in rows if (row.case, row.figure) == (_OWN, "memory"))
    rows.append(Row(_OWN, "memory, at most", memory.value, "MB", memory.rounds, _MEMORY))
    return [*rows, ratio(rows, _USUAL, _OWN, "first run", _TIMES), ratio(rows, _USUAL, _OWN, _FIGURES[1].name)]


def _first(home: Path, *script: Path) -> Figures:
    began = time.perf_counter()
    with dashboard(home, dict(os.environ), *script) as (port, process):
        first = asyncio.run(_open(port))
        since_start = time.perf_counter() - began
        return {"first run": first, _FIGURES[1].name: since_start, "memory": process.memory_info().rss / 1e6}


async def _open(port: int) -> float:
    visitor = await Visitor.arrive(port)
    seconds = await visitor.open("")
    await visitor.leave()
    return seconds


BENCHMARK = Benchmark(
    "The first run of a page in a server that has just started",
    measure,
    (
        "The other page imports torch, torchvision, plotly and scikit-learn, and draws nothing but a line of text.",
        "Mammo's server has loaded what its pages stand on before it answers; that time is in the one from the start.",
    ),
)
