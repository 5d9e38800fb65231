"""A step that is recorded once and replayed: one call of the host in place of hundreds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from mammo.training.engine import Recorder, Work, aside

if TYPE_CHECKING:
    from mammo.training.feeding import DeviceBatch


class NotRecordedError(Exception):
    """The step could not be recorded; nothing of it was carried out."""


_WARM_UPS = 3  # steps taken as usual before: libraries choose their kernels, the optimizer makes its states


class RecordedStep:
    """Takes full batches of one size. The first few are ordinary steps of the training, not idle ones."""

    def __init__(self, step: Callable[[DeviceBatch], Tensor], record: Recorder, device: torch.device) -> None:
        self._step, self._record, self._device = step, record, device
        self._taken = 0
        self._loss = torch.zeros((), dtype=torch.float64, device=device)
        self._batch: DeviceBatch | None = None
        self._replay: Work | None = None

    def take(self, batch: DeviceBatch) -> Tensor:
        """One step on ``batch``; its loss stays in the returned tensor until the next step.

        Raises:
            NotRecordedError: If it waits for the device somewhere, or the memory holds no second copy.
        """
        if self._taken < _WARM_UPS:
            self._taken += 1
            aside(self._device, lambda: self._carry_out(batch))
            return self._loss
        if self._batch is None or self._replay is None:
            self._batch = kept = batch.kept()
            try:
                self._replay = self._record(lambda: self._carry_out(kept))
            except RuntimeError as error:  # of CUDA, which knows no narrower kind
                raise NotRecordedError(str(error)) from error
        self._batch.take_over(batch)
        self._replay()
        return self._loss

    def let_go(self) -> None:
        """Give back what it holds of the device; it takes no further step."""
        self._batch = self._replay = None

    def _carry_out(self, batch: DeviceBatch) -> None:
        self._loss.copy_(self._step(batch))
