"""One step of a training: gradients of a batch, in as many parts as the memory needs, and the change of the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from mammo.errors import TrainingError
from mammo.training.feeding import Batch, DeviceBatch
from mammo.training.fine_tuning import trainable_groups
from mammo.training.forward import autocast
from mammo.training.optimizers import OPTIMIZERS
from mammo.training.rates import Rates
from mammo.training.recorded_step import NotRecordedError, RecordedStep

if TYPE_CHECKING:
    from mammo.training.batches import Indices
    from mammo.training.checkpoint import Checkpoint
    from mammo.training.config import TrainingConfig
    from mammo.training.engine import Engine
    from mammo.training.fit import TrainingParts
    from mammo.training.shares import Answer

_NOT_RECORDED = "The GPU's step could not be recorded and was taken operation by operation, which is slower: {reason}"


class Steps:
    """Takes one step after the other; nothing here waits for the device."""

    def __init__(
        self, config: TrainingConfig, parts: TrainingParts, answer: Answer, engine: Engine, step_count: int
    ) -> None:
        self._config, self._device, self._share = config, parts.device, parts.share
        self._model, self._head = parts.model, parts.model.get_submodule(parts.spec.head)
        groups = trainable_groups(config, parts.spec, parts.model)
        self._answer = parts.share.learning(answer)
        self.optimizer = OPTIMIZERS[config.optimizer].build(groups, config)
        self.rates = Rates(self.optimizer, config.schedule, step_count)
        self.notes: tuple[str, ...] = ()
        self.smaller_parts = 0  # parts of a batch since the memory did not hold it; 0: as configured
        self._class_weights = _class_weights(config, parts)
        self._device_weights = None if self._class_weights is None else self._class_weights.to(parts.device)
        self._recorded: RecordedStep | None = None
        if engine.record is not None and parts.share.count == 1:
            self.rates.become_tensors(parts.device)
            self._recorded = RecordedStep(self._taken, engine.record, parts.device)

    def take(self, batch: Batch, step: int) -> Tensor:
        """Change the weights once; the mean loss of the batch before, a tensor of one number on the device.

        Args:
            batch: What is learnt from.
            step: From 0.

        Raises:
            TrainingError: If the memory does not hold the batch even in smaller parts (code "out_of_memory").
        """
        self._prepare_modes()
        self.rates.set(step)
        while True:
            try:
                if self._recorded is not None and isinstance(batch, DeviceBatch) and self._is_whole(batch):
                    return self._recorded.take(batch)
                return self._taken(batch)
            except NotRecordedError as error:
                self.notes += (_NOT_RECORDED.format(reason=str(error).partition("\n")[0]),)
                self._forget_recorded()
            except torch.OutOfMemoryError:
                self._halve_parts()  # raises the second time, and where others wait for this step's gradients

    def restore(self, checkpoint: Checkpoint) -> None:
        """Take up weights, moments and counts of a checkpoint; rates and the like stay this configuration's own."""
        assert checkpoint.state is not None  # noqa: S101 - the shelf keeps generations with their state only
        self._model.load_state_dict(checkpoint.weights)
        own = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({**checkpoint.state["optimizer"], "param_groups": own})

    def let_go(self) -> None:
        """Give back what the recorded step holds of the device; every further one is taken as usual."""
        if self._recorded is not None:
            self._recorded.let_go()
        self._recorded = None

    def _is_whole(self, batch: Batch) -> bool:
        """Is it a full batch in one piece, as nearly all of them are?"""
        return len(batch.labels) == self._config.batch_size and self._part_count() == 1

    def _part_count(self) -> int:
        return self.smaller_parts or self._config.micro_batches

    def _taken(self, batch: Batch) -> Tensor:
        self.optimizer.zero_grad(set_to_none=True)
        loss = self._gradients(batch)
        self.optimizer.step()
        return loss

    def _gradients(self, batch: Batch) -> Tensor:
        """Add up the gradients of a batch, part by part; its mean loss."""
        total = torch.zeros((), dtype=torch.float64, device=self._device)
        *others, last = self._pieces(batch.labels)
        with self._share.keeping_gradients(self._answer):
            for piece in others:
                total = total + self._learnt(batch, *piece)
        return self._share.total(total + self._learnt(batch, *last))

    def _learnt(self, batch: Batch, piece: slice, part: Tensor | float) -> Tensor:
        """Add the gradients of a piece; its part of the whole batch's mean loss."""
        loss = self._loss(batch, piece) * part
        mean = loss * self._share.count  # the processes' mean of it is taken, where their sum is meant
        mean.backward()  # type: ignore[no-untyped-call]
        return loss.detach().double()

    def _pieces(self, labels: Indices) -> list[tuple[slice, Tensor | float]]:
        """The pieces in which this process takes its share, each with its part of the whole batch's loss."""
        if self._part_count() == 1 and self._share.count == 1:
            return [(slice(0, len(labels)), 1.0)]
        parts = [part for part in np.array_split(np.arange(len(labels)), self._part_count()) if len(part)]
        pieces = [slice(int(part[0]), int(part[-1]) + 1) for part in parts]
        whole: Tensor | float = self._weight_of(labels)
        if self._share.count > 1:
            whole = self._share.total(torch.tensor(whole, dtype=torch.float64, device=self._device))
        return [(piece, self._weight_of(labels[piece]) / whole) for piece in pieces]

    def _loss(self, batch: Batch, piece: slice) -> Tensor:
        inputs = batch.inputs(piece)
        with autocast(self._config, self._device):
            logits = self._answer(inputs)
        smoothing = self._config.label_smoothing
        target = batch.classes(piece)
        return nn.functional.cross_entropy(
            logits.float(), target, weight=self._device_weights, label_smoothing=smoothing
        )

    def _weight_of(self, labels: Indices) -> float:
        """What the mean of a weighted loss over ``labels`` is divided by."""
        return float(len(labels)) if self._class_weights is None else float(self._class_weights[labels].sum())

    def _halve_parts(self) -> None:
        """Take the batch in twice as many parts, once: the sum of their gradients is that of the whole batch."""
        parts = 2 * self._config.micro_batches
        if self.smaller_parts or self._share.count > 1 or self._config.batch_size // parts < 2:
            raise TrainingError(
                f"The device's memory does not hold a batch of {self._config.batch_size} in {self._part_count()} "
                "parts. Set micro_batches higher or image_size lower.",
                code="out_of_memory",
            )
        self.smaller_parts = parts
        self._forget_recorded()

    def _forget_recorded(self) -> None:
        """Give back the memory of gradients and of the recorded step."""
        self.optimizer.zero_grad(set_to_none=True)
        self.let_go()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _prepare_modes(self) -> None:
        """Training mode; but a frozen backbone keeps its batch statistics and drops nothing out."""
        if self._head.training and self._model.training != self._config.frozen:
            return
        self._model.train(not self._config.frozen)
        self._head.train()


def _class_weights(config: TrainingConfig, parts: TrainingParts) -> Tensor | None:
    """Weight of each class in the loss, on the host."""
    if config.class_weights == "none":
        return None
    counts = np.bincount(parts.train.labels, minlength=parts.class_count)
    weights = np.where(counts > 0, counts.sum() / np.maximum(counts, 1) / max((counts > 0).sum(), 1), 0.0)
    return torch.tensor(weights, dtype=torch.float32)
