"""Learning the new layer alone, by features that are kept, against frozen steps and the whole network."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import torch

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from benchmarks._steps import CLASSES, network, pictures
from mammo.models import MODELS
from mammo.training.checkpoint import CheckpointShelf
from mammo.training.config import TrainingConfig
from mammo.training.fit import Metric, TrainingParts, fit
from mammo.training.resident_memory import keep_freed_memory

BATCH, ROUNDS = 128, 5
_FAMILIES = ("alexnet", "squeezenet1_1")
_TIMES = 7  # as fast as learning the whole network, at least
_FIGURE = Figure("images per second", "1/s")
_WHOLE: dict[str, Any] = {"epochs": 2}
_FROZEN: dict[str, Any] = {"epochs": 2, "frozen": True}
_KEPT: dict[str, Any] = {"epochs": 9, "frozen": True, "cached_features": 1}


@dataclass
class _Clock:
    """Listens to a training and notes when each step begins."""

    moments: list[float] = field(default_factory=list)

    def should_stop(self) -> bool:
        self.moments.append(time.perf_counter())
        return False

    def metrics(self, rows: Sequence[Metric]) -> None: ...
    def progress(self, share: float, note: str) -> None: ...
    def checkpoint_kept(self) -> None: ...


def measure() -> Sequence[Row]:
    """Rounds in turn; the ratios are taken within each round."""
    keep_freed_memory()
    rows: list[Row] = []
    for family in _FAMILIES:
        ways = {"whole network": _WHOLE, "frozen": _FROZEN, "kept features": _KEPT}
        cases: dict[str, Callable[[], Figures]] = {
            f"{family}, {name}": partial(_round, family, values) for name, values in ways.items()
        }
        rows += interleaved(cases, [_FIGURE], ROUNDS)
        rows.append(ratio(rows, f"{family}, frozen", f"{family}, whole network", _FIGURE.name))
        rows.append(ratio(rows, f"{family}, kept features", f"{family}, whole network", _FIGURE.name, _TIMES))
    return rows


def _round(family: str, values: Mapping[str, Any]) -> Figures:
    """Speed of the last epochs of a training, whose first steps warm up and compute what is kept."""
    shared = {"optimizer": "adam", "batch_size": BATCH, "augmentation": "paper", "checkpoint_every": 1_000_000}
    config = TrainingConfig.of({**shared, **values, "learning_rate": 1e-5})
    clock = _Clock()
    parts = TrainingParts(MODELS[family], network(family), pictures(BATCH), None, CLASSES, torch.device("cpu"))
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        fit(config, parts, CheckpointShelf(Path(folder) / "checkpoints"), clock)
        clock.should_stop()
    begun = clock.moments[-config.epochs :]  # the questions before are those between features
    return {_FIGURE.name: BATCH / median(after - before for before, after in pairwise(begun))}


BENCHMARK = Benchmark(
    f"Learning the new layer alone in batches of {BATCH} images of 227 px on the CPU, fp32",
    measure,
    ("Kept features: the time of computing them, once, is left out.",),
)
