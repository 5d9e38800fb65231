"""Preparing images: against reading their files only, on all threads, and how its time grows with their number."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from mammo.datasets import Sample
from mammo.models import MODELS
from mammo.training.config import TrainingConfig
from mammo.training.items import Item
from mammo.training.preparation import pipeline_of
from mammo.training.prepared import prepare_images

ROUNDS, FILMS = 5, 12
_FILM, _SMALL = (2550, 1500), (256, 224)  # height and width in pixels
_CORES = len(os.sched_getaffinity(0))
_SMALLEST = 1250 if os.environ.get("MAMMO_BENCH_FULL") else 60  # images; then 4 and 16 times as many
_FIGURE = Figure("images per second", "1/s")
_GROWTH = 1.15  # times the time of one image in the smallest set, at most


def measure() -> Sequence[Row]:
    """Rounds in turn, each into a new folder."""
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        return [*_speed(Path(folder)), *_growth(Path(folder))]


def _speed(folder: Path) -> list[Row]:
    films = _written(folder / "films", FILMS, _FILM, 16)
    cases: dict[str, Callable[[], Figures]] = {
        "reading only, 1 thread": partial(_read, films),
        "preparing, 1 thread": partial(_prepare, films, 1),
        f"preparing, {_CORES} threads": partial(_prepare, films, _CORES),
    }
    rows = interleaved(cases, [_FIGURE], ROUNDS)
    rows.append(ratio(rows, "preparing, 1 thread", "reading only, 1 thread", _FIGURE.name, 0.9))
    if _CORES > 1:
        all_threads = f"preparing, {_CORES} threads"
        rows.append(ratio(rows, all_threads, "preparing, 1 thread", _FIGURE.name, 0.9 * _CORES))
    return rows


def _growth(folder: Path) -> list[Row]:
    small = _written(folder / "small", 16 * _SMALLEST, _SMALL, 8)
    counts = [times * _SMALLEST for times in (1, 4, 16)]
    cases = {f"{count} small images": partial(_prepare, small[:count], _CORES) for count in counts}
    rows = interleaved(cases, [_FIGURE], ROUNDS)
    first = rows[0]
    for row in rows[1:3]:
        shares = tuple(round(one / other, 4) for one, other in zip(first.rounds, row.rounds, strict=True))
        rows.append(Row(f"{row.case} / {first.case}", "time of one image, ratio", median(shares), "x", shares, _GROWTH))
    return rows


def _written(folder: Path, count: int, shape: tuple[int, int], bits: int) -> list[Item]:
    """PNG files whose lower bits are noise, as a scanner's are: they shrink a little, and take long to unpack."""
    folder.mkdir()
    rng = np.random.default_rng(bits)
    top, dtype = 2**bits, np.uint16 if bits > 8 else np.uint8
    items = []
    for number in range(count):
        path = folder / f"{number}.png"
        content = cv2.imencode(".png", rng.integers(top // 2, top // 2 + top // 32, shape).astype(dtype))[1].tobytes()
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        items.append(Item(Sample(path.name, path, str(number), {}, digest, shape[1], shape[0], bits), 0))
    return items


def _read(items: Sequence[Item]) -> Figures:
    cv2.setNumThreads(1)
    began = time.perf_counter()
    for item in items:
        cv2.imread(str(item.sample.path), cv2.IMREAD_UNCHANGED)
    return {_FIGURE.name: len(items) / (time.perf_counter() - began)}


def _prepare(items: Sequence[Item], threads: int) -> Figures:
    cv2.setNumThreads(1)  # the images share the cores, not the parts of one
    config = TrainingConfig.of({"preset": "", "crop": "none", "fit": "squash"})
    pipeline = pipeline_of(config, MODELS[config.model])
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        began = time.perf_counter()
        prepare_images(items, pipeline, Path(folder), threads=threads)
        return {_FIGURE.name: len(items) / (time.perf_counter() - began)}


BENCHMARK = Benchmark(
    f"Preparing {FILMS} noisy 16-bit PNG films of {_FILM[1]} x {_FILM[0]} px, and small 8-bit ones",
    measure,
    (
        "Reading only does not check the file against its hash, which preparing does.",
        "Left out: JPEG and DICOM, the memory it takes, and 20,000 images unless MAMMO_BENCH_FULL is set.",
    ),
)
