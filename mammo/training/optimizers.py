"""Optimizers and learning-rate schedules, three lines each, so one file."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mammo.registry import Registry

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from mammo.training.config import TrainingConfig


@dataclass(frozen=True)
class OptimizerSpec:
    """A way to change weights by their gradients.

    ``build(groups, config)`` takes torch parameter groups with "params", "lr" and "weight_decay".
    """

    name: str
    label: str
    build: Callable[[list[dict[str, Any]], TrainingConfig], Optimizer]
    source: str


@dataclass(frozen=True)
class ScheduleSpec:
    """How the learning rates go over a training: ``factor(done)`` of the base rate at a share ``done`` in [0, 1)."""

    name: str
    label: str
    factor: Callable[[float], float]


OPTIMIZERS: Registry[OptimizerSpec] = Registry("optimizer")
SCHEDULES: Registry[ScheduleSpec] = Registry("learning-rate schedule")


def _adam(groups: list[dict[str, Any]], _config: TrainingConfig) -> Optimizer:
    from torch.optim import Adam

    return Adam(groups, betas=(0.9, 0.999), eps=1e-8, fused=True)


def _adamw(groups: list[dict[str, Any]], _config: TrainingConfig) -> Optimizer:
    from torch.optim import AdamW

    return AdamW(groups, betas=(0.9, 0.999), eps=1e-8, fused=True)


def _sgdm(groups: list[dict[str, Any]], config: TrainingConfig) -> Optimizer:
    from torch.optim import SGD

    return SGD(groups, momentum=config.momentum, fused=True)


OPTIMIZERS.add(OptimizerSpec("adam", "Adam", _adam, "Kingma and Ba 2015; L2 added to the gradient, as MATLAB does."))
OPTIMIZERS.add(OptimizerSpec("sgdm", "SGDM", _sgdm, "Stochastic gradient descent with momentum, not Nesterov's."))
OPTIMIZERS.add(OptimizerSpec("adamw", "AdamW", _adamw, "Loshchilov and Hutter 2019; decay apart from the gradient."))


def _one_cycle(done: float) -> float:
    rising = 0.25
    if done < rising:
        return 0.04 + 0.96 * (1 - math.cos(math.pi * done / rising)) / 2
    return (1 + math.cos(math.pi * (done - rising) / (1 - rising))) / 2


SCHEDULES.add(ScheduleSpec("constant", "Constant", lambda _done: 1.0))
SCHEDULES.add(ScheduleSpec("cosine", "Cosine to zero", lambda done: (1 + math.cos(math.pi * done)) / 2))
SCHEDULES.add(ScheduleSpec("one_cycle", "One cycle: up for a quarter, then down", _one_cycle))
