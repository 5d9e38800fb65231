"""Losses of the latest steps, kept on the device: reading each one would make the host wait for every step."""

from __future__ import annotations

import torch
from torch import Tensor


class LossBuffer:
    """Room for so many losses; ``read`` waits for the device and makes room again."""

    def __init__(self, device: torch.device, room: int) -> None:
        self._values = torch.zeros(room, dtype=torch.float64, device=device)
        self._count = 0

    @property
    def is_full(self) -> bool:
        return self._count == len(self._values)

    def add(self, loss: Tensor) -> None:
        """Keep the loss of one more step, a tensor of one number on the device."""
        self._values[self._count].copy_(loss)
        self._count += 1

    def read(self) -> list[float]:
        """All that were added since the last reading, in order."""
        values: list[float] = self._values[: self._count].tolist()
        self._count = 0
        return values
