"""The step of a training on the CPU: Mammo's against the usual one, and how much of the processor it uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from benchmarks._steps import Step, bare_step, operations, own_step, timed, usual_network, usual_step
from mammo.training.config import TrainingConfig
from mammo.training.resident_memory import keep_freed_memory

BATCH, ROUNDS = 128, 5
_FAMILIES = {"alexnet": 1.9, "squeezenet1_1": 2.2}  # times the usual step, at least
_SHARE_OF_PEAK = 0.9  # of AlexNet, whose two large layers are plain products of matrices
_BARE = "its bf16 products and Adam alone"
_SIDE = 2048  # of the matrices whose product is the processor's peak
_FIGURES = [Figure("images per second", "1/s"), Figure("operations per second", "GFLOP/s")]


def measure() -> Sequence[Row]:
    """Rounds in turn; the ratios are taken within each round."""
    keep_freed_memory()
    cases: dict[str, Callable[[], Figures]] = {"bf16 matrix product": _peak}
    for family in _FAMILIES:
        work = BATCH * operations(family) / 1e9
        config = TrainingConfig.of({"optimizer": "adam", "batch_size": BATCH})
        bf16 = config.with_values({"precision": "bf16"})
        steps = {
            "usual": usual_step(usual_network(family), BATCH),
            "Mammo fp32": own_step(family, config),
            "Mammo bf16": own_step(family, bf16),
            _BARE: bare_step(family, bf16),
        }
        for name, step in steps.items():
            step()  # oneDNN prepares its kernels
            cases[f"{family}, {name}"] = partial(_round, step, work)
    rows = interleaved(cases, _FIGURES, ROUNDS)
    speed, rate = (figure.name for figure in _FIGURES)
    for family, goal in _FAMILIES.items():
        rows.append(ratio(rows, f"{family}, Mammo fp32", f"{family}, usual", speed))
        rows.append(ratio(rows, f"{family}, Mammo bf16", f"{family}, usual", speed, goal))
        rows.append(ratio(rows, f"{family}, Mammo bf16", f"{family}, {_BARE}", speed))
    rows.append(ratio(rows, "alexnet, Mammo bf16", "bf16 matrix product", rate, _SHARE_OF_PEAK))
    return rows


def _round(step: Step, work: float) -> Figures:
    seconds = timed(step)
    return {"images per second": BATCH / seconds, "operations per second": work / seconds}


def _peak() -> Figures:
    left, right = (torch.randn(_SIDE, _SIDE, dtype=torch.bfloat16) for _ in range(2))
    best = min(timed(lambda: left @ right) for _ in range(12))  # type: ignore[arg-type] # the product is not used
    return {"operations per second": 2 * _SIDE**3 / best / 1e9}


BENCHMARK = Benchmark(
    f"A training step of {BATCH} images of 227 px on the CPU",
    measure,
    (
        "Left out: loading and augmenting the images, which end_to_end measures.",
        "Products and Adam alone: each convolution and linear layer forward and backward on tensors of its shapes, and "
        "the update. It bounds the step, with products as fast as their shapes allow.",
        "On a processor with AMX large products are so fast that the rest of AlexNet's step waits for memory: Adam, "
        "changes of precision, ReLU and pooling. So its operations per second stay far from those of a large product.",
    ),
)
