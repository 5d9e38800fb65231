"""A whole training from prepared images against the bare step: what augmenting, feeding and logging cost."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

import torch

from benchmarks._frame import Benchmark, Figure, Row, ratio
from benchmarks._steps import CLASSES, Step, network, own_step, pictures, timed
from mammo.models import MODELS
from mammo.training.checkpoint import CheckpointShelf
from mammo.training.config import TrainingConfig
from mammo.training.fit import Metric, TrainingParts, fit
from mammo.training.resident_memory import keep_freed_memory

BATCH, STEPS, ROUNDS = 128, 18, 5  # a round takes this many steps of each kind; of each nine, images are moved at once
_FAMILIES = ("alexnet", "squeezenet1_1")
_SHARE = 0.95  # of the bare step's speed, at least, on two cores
_FIGURE = Figure("images per second", "1/s")


@dataclass
class _Clock:
    """Listens to a training, times its steps, and takes a bare step between any two of them.

    Both kinds then meet the same seconds of a busy machine.
    """

    bare: Step
    training_seconds: list[float] = field(default_factory=list)
    bare_seconds: list[float] = field(default_factory=list)
    began: float | None = None

    def should_stop(self) -> bool:
        if self.began is not None:
            self.training_seconds.append(time.perf_counter() - self.began)
        self.bare_seconds.append(timed(self.bare))
        self.began = time.perf_counter()
        return False

    def metrics(self, rows: Sequence[Metric]) -> None: ...
    def progress(self, share: float, note: str) -> None: ...
    def checkpoint_kept(self) -> None: ...


def measure() -> Sequence[Row]:
    """Rounds in turn; the ratios are taken within each round."""
    keep_freed_memory()
    rows: list[Row] = []
    for family in _FAMILIES:
        rounds = [_round(family) for _ in range(ROUNDS)]
        for number, case in enumerate(("training", "bare step")):
            values = tuple(round(figures[number], 3) for figures in rounds)
            rows.append(Row(f"{family}, {case}", _FIGURE.name, median(values), _FIGURE.unit, values))
        rows.append(ratio(rows, f"{family}, training", f"{family}, bare step", _FIGURE.name, _SHARE))
    return rows


def _round(family: str) -> tuple[float, float]:
    """Images per second of a training and of the bare step; the first step of each warms up."""
    config = TrainingConfig.of(
        {
            "optimizer": "adam",
            "precision": "bf16",
            "batch_size": BATCH,
            "epochs": 1,
            "learning_rate": 1e-5,
            "augmentation": "paper",
            "checkpoint_every": 1_000_000,
        }
    )
    clock, data = _Clock(own_step(family, config)), pictures(BATCH * (STEPS + 2))
    parts = TrainingParts(MODELS[family], network(family), data, None, CLASSES, torch.device("cpu"))
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        fit(config, parts, CheckpointShelf(Path(folder) / "checkpoints"), clock)
    steps = slice(1, STEPS + 1)
    return BATCH / mean(clock.training_seconds[steps]), BATCH / mean(clock.bare_seconds[steps])


BENCHMARK = Benchmark(
    f"Training from prepared images of 227 px, batches of {BATCH}, against the bare step",
    measure,
    ("Left out: checkpoints and validations, whose number the person chooses, and the preparation.",),
)
