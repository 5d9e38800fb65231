"""What every benchmark is: a name, rows of figures with their goals, and where they were measured."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import psutil

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Row:
    """One figure of a benchmark."""

    case: str
    figure: str
    value: float  # median over the rounds
    unit: str
    rounds: tuple[float, ...]
    goal: float | None = None
    at_least: bool = False  # is the goal a floor, not a ceiling?


@dataclass(frozen=True)
class Benchmark:
    """What is measured, and how."""

    title: str
    measure: Callable[[], Sequence[Row]]
    left_out: tuple[str, ...] = ()  # sentences: what the figures do not cover, and what a peer does not do


@dataclass(frozen=True)
class Figure:
    """A figure that the rounds of a case return by name."""

    name: str
    unit: str
    goal: float | None = None


def interleaved(cases: Mapping[str, Callable[[], Figures]], figures: Sequence[Figure], rounds: int) -> list[Row]:
    """Measure the cases in turn, round after round, so that a busy minute of the machine meets all of them."""
    measured: dict[str, list[Figures]] = {case: [] for case in cases}
    for number in range(rounds):
        for case, measure in cases.items():
            _say(f"Round {number + 1} of {rounds}: {case}")
            measured[case].append(measure())
    _say("")
    return [
        Row(case, one.name, median(values), one.unit, values, one.goal)
        for case, found in measured.items()
        for one in figures
        if (values := tuple(round(figures_of[one.name], 4) for figures_of in found if one.name in figures_of))
    ]


def _say(now: str) -> None:
    """What is being measured, on one line of a terminal; a person waits for minutes."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{now}")
        sys.stderr.flush()


def ratio(rows: Sequence[Row], case: str, over: str, figure: str, goal: float | None = None) -> Row:
    """How many times the figure of ``over`` that of ``case`` is, round by round; the goal is a floor."""
    above, below = (next(row for row in rows if (row.case, row.figure) == (name, figure)) for name in (case, over))
    rounds = tuple(round(one / other, 4) for one, other in zip(above.rounds, below.rounds, strict=True))
    return Row(f"{case} / {over}", f"{figure}, ratio", median(rounds), "x", rounds, goal, at_least=True)


def median_seconds(work: Callable[[int], object], times: int) -> float:
    """What one of some calls takes, each told its number; the first one may find caches full of another case's."""
    taken = []
    for number in range(times):
        began = time.perf_counter()
        work(number)
        taken.append(time.perf_counter() - began)
    return median(taken)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def shown(benchmark: Benchmark, rows: Sequence[Row]) -> str:
    """The table of a benchmark."""
    cells = [("case", "figure", "median", "goal", "rounds")]
    for row in rows:
        goal = "" if row.goal is None else f"{'>=' if row.at_least else '<='} {row.goal:g} {row.unit}"
        rounds = ", ".join(f"{value:g}" for value in row.rounds)
        cells.append((row.case, row.figure, f"{row.value:g} {row.unit}".strip(), goal, rounds))
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([benchmark.title, *lines, *benchmark.left_out, ""])


def save(name: str, benchmark: Benchmark, rows: Sequence[Row], folder: Path) -> None:
    """Keep the figures with what they were measured on; nothing in it names this machine or its folders."""
    content = {
        "benchmark": name,
        "title": benchmark.title,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "machine": _machine(),
        "versions": {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            **{package: _version(package) for package in ("sqlalchemy", "torch", "opencv-python-headless")},
        },
        "left_out": list(benchmark.left_out),
        "rows": [asdict(row) for row in rows],
    }
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # a machine that only trains needs not all of them
        return "not installed"


def _machine() -> dict[str, object]:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "cpu": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "gpu": _gpu(),
        "system": platform.system(),
        "load_average": round(os.getloadavg()[0], 1),  # others' work slows everything down
    }


def _gpu() -> str | None:
    """Its name, where a benchmark of this run used one."""
    torch = sys.modules.get("torch")
    used = torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized()
    return torch.cuda.get_device_name() if torch is not None and used else None


def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    return found.stdout.strip() or "unknown"
