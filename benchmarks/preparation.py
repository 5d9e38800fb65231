"""Preparing films: against reading their files only, and on all threads; ``growth`` has many small images."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from mammo.datasets import Sample
from mammo.models import MODELS
from mammo.training.config import TrainingConfig
from mammo.training.items import Item
from mammo.training.preparation import pipeline_of
from mammo.training.prepared import prepare_images
from mammo.training.resident_memory import keep_freed_memory

ROUNDS, FILMS = 5, 36
_FILM = (2550, 1500)  # height and width in pixels
_CORES = len(os.sched_getaffinity(0))
_FIGURE = Figure("images per second", "1/s")


def measure() -> Sequence[Row]:
    """Rounds in turn, each into a new folder; freed memory stays with the process, as it does in a training."""
    keep_freed_memory()
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        return _measured(noisy_films(Path(folder) / "films", FILMS, _FILM, 16))


def _measured(films: Sequence[Item]) -> list[Row]:
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


def noisy_films(folder: Path, count: int, shape: tuple[int, int], bits: int) -> list[Item]:
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
    f"Preparing {FILMS} noisy 16-bit PNG films of {_FILM[1]} x {_FILM[0]} px",
    measure,
    (
        "Reading only does not check the file against its hash. Preparing does, a tenth of its time by the profile; "
        "stretch, reduction and writing are made up for by the quicker unpacking.",
        "Left out: JPEG and DICOM.",
    ),
)
