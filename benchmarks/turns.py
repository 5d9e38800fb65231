"""Two trainings on the same cores: an epoch of each while both are at it, beside an epoch of one alone."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks._contests import ROUNDS, Contest, entered
from benchmarks._films import write_films
from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from benchmarks._peers import Peer

FILMS, BATCH = 64, 32
_FIGURE = Figure("seconds", "s")
_SPEED = 0.42  # of one alone, at least; a half would be perfect


def measure() -> Sequence[Row]:
    """One network after the other."""
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        films = write_films(Path(folder), FILMS, ("JPEG",))["JPEG"]
        return [row for family in ("alexnet", "squeezenet1_1") for row in _rows(family, films)]


def _rows(family: str, films: Path) -> list[Row]:
    contest = Contest(family, "JPEG", {}, BATCH)
    with entered("Mammo", contest, films) as one, entered("Mammo", contest, films) as other:
        alone, both = f"{family}, alone", f"{family}, two at once"
        rows = interleaved({alone: one.round, both: lambda: _together(one, other)}, [_FIGURE], ROUNDS)
    return [*rows, ratio(rows, alone, both, _FIGURE.name, _SPEED)]


def _together(one: Peer, other: Peer) -> Figures:
    """The mean epoch of two processes that train at the same time."""
    with ThreadPoolExecutor(2) as asking:
        found = list(asking.map(Peer.round, (one, other)))
    return {_FIGURE.name: sum(figures["seconds"] for figures in found) / len(found)}


BENCHMARK = Benchmark(
    f"Two trainings at once on the same cores, {FILMS} films of 227 px in batches of {BATCH}: seconds of an epoch",
    measure,
    ("Each may use all cores, as by default; the processes take turns, step by step.",),
)
