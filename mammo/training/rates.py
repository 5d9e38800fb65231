"""Learning rates of an optimizer's groups from step to step, as numbers or, where a step is recorded, as tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from mammo.training.optimizers import SCHEDULES

if TYPE_CHECKING:
    from torch.optim import Optimizer


class Rates:
    """Sets the rate of every group before a step."""

    def __init__(self, optimizer: Optimizer, schedule: str, steps: int) -> None:
        self._optimizer, self._schedule, self._steps = optimizer, SCHEDULES[schedule], steps
        self._base = [float(group["lr"]) for group in optimizer.param_groups]

    def become_tensors(self, device: torch.device) -> None:
        """A recorded step reads its rates, and counts its steps, on the device."""
        for group in self._optimizer.param_groups:
            group["lr"] = torch.tensor(float(group["lr"]), device=device)
            if "capturable" in group:
                group["capturable"] = True

    def at(self, step: int) -> list[float]:
        """The rates of a step, from 0, group by group."""
        factor = self._schedule.factor(step / self._steps)
        return [rate * factor for rate in self._base]

    def set(self, step: int) -> None:
        """Let the optimizer take the rates of a step, from 0."""
        for group, rate in zip(self._optimizer.param_groups, self.at(step), strict=True):
            if isinstance(group["lr"], torch.Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate
