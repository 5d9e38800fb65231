"""How time and memory grow with the number of images: of preparing them, and of an epoch of training on them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved
from benchmarks._peers import Peer
from benchmarks.preparation import noisy_films

ROUNDS = 5
SMALLEST = 1250 if os.environ.get("MAMMO_BENCH_FULL") else 125  # images; then 4 and 16 times as many
_TIMES = (1, 4, 16)
_SHAPE = (256, 224)  # height and width of an image in pixels
_WHAT = {"preparing": "VmHWM", "an epoch": "RssAnon"}  # and which memory counts: at most ever; beyond what is mapped
_TIME, _MEMORY = Figure("time of one image", "ms"), Figure("memory", "MB")
_GROWTH = 1.15  # times the time of an image, or the memory, of the smallest set, at most


def measure() -> Sequence[Row]:
    """A process for each number of images; the memory is that after the last round."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        facts = Path(folder) / "films.json"
        films = [item.sample for item in noisy_films(Path(folder) / "films", _TIMES[-1] * SMALLEST, _SHAPE, 8)]
        facts.write_text(json.dumps([(str(one.path), one.sha256, one.width_px, one.height_px) for one in films]))
        for what in _WHAT:
            rows += _grown(what, facts)
    return rows


def _grown(what: str, facts: Path) -> list[Row]:
    counts = [times * SMALLEST for times in _TIMES]
    with ExitStack() as running:
        cases = {}
        for count in counts:
            peer = running.enter_context(Peer("benchmarks._grown", {"what": what, "list": str(facts), "count": count}))
            cases[f"{what}, {count} images"] = partial(_round, peer, what, count)
        rows = interleaved(cases, [_TIME, _MEMORY], ROUNDS)
    return rows + [_ratio(rows, counts, number, what, figure) for figure in (_TIME, _MEMORY) for number in (1, 2)]


def _ratio(rows: Sequence[Row], counts: Sequence[int], number: int, what: str, figure: Figure) -> Row:
    """How many times as much an image takes as in the smallest set, or the process holds."""
    few, many = (f"{what}, {counts[at]} images" for at in (0, number))
    below, above = (next(row for row in rows if (row.case, row.figure) == (case, figure.name)) for case in (few, many))
    rounds = tuple(round(one / other, 4) for one, other in zip(above.rounds, below.rounds, strict=True))
    return Row(f"{what}, {counts[number]} / {counts[0]}", f"{figure.name}, ratio", median(rounds), "x", rounds, _GROWTH)


def _round(peer: Peer, what: str, count: int) -> Figures:
    seconds = peer.round()["seconds"]
    return {_TIME.name: 1000 * seconds / count, _MEMORY.name: _megabytes(peer.pid, _WHAT[what])}


def _megabytes(process: int, line: str) -> float:
    """One of the kernel's figures of a process's memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(one for one in lines if one.startswith(line)).split()[1]) / 1024


BENCHMARK = Benchmark(
    f"Preparing, and training a small network at 64 px, on {SMALLEST} images and on 4 and 16 times as many",
    measure,
    (
        f"The images are noisy 8-bit PNG files of {_SHAPE[1]} x {_SHAPE[0]} px, prepared at 227 px.",
        "Memory of preparing: the most ever held. Of an epoch: what is held beyond the mapped images.",
        "20,000 images are the largest set where MAMMO_BENCH_FULL is set.",
    ),
)
