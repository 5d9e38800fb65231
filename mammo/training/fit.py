"""The training loop: steps, validations, checkpoints, and going on exactly where a killed process was."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from mammo.augmentation.policy import Policy
from mammo.errors import TrainingError
from mammo.training.batches import Indices, LabelledImages, augmented, epoch_batches, to_input
from mammo.training.fine_tuning import trainable_groups
from mammo.training.forward import autocast, probabilities_of
from mammo.training.optimizers import OPTIMIZERS, SCHEDULES

if TYPE_CHECKING:
    from mammo.models import ModelSpec
    from mammo.training.checkpoint import Checkpoint, CheckpointShelf
    from mammo.training.config import TrainingConfig


_SMALLER_PIECES = (
    "The device's memory did not hold a batch of {batch} at once; its gradients were added up over {pieces} parts. "
    "The effective batch is {batch}, as asked for."
)


@dataclass(frozen=True)
class Metric:
    """One logged number."""

    fold: int
    step: int  # iterations done
    name: str
    value: float


class Reporter(Protocol):
    """Who listens to a training; a worker writes to the database, a test to a list."""

    def metrics(self, rows: Sequence[Metric]) -> None: ...
    def progress(self, share: float, note: str) -> None: ...
    def checkpoint_kept(self) -> None: ...
    def should_stop(self) -> bool: ...


@dataclass(frozen=True)
class TrainingParts:
    """What one training needs beside its configuration."""

    spec: ModelSpec
    model: nn.Module
    train: LabelledImages
    validation: LabelledImages | None
    class_count: int
    device: torch.device
    fold: int = 0


@dataclass
class Progress:
    """What changes from step to step beside weights and optimizer; part of every checkpoint."""

    step: int = 0
    epoch_loss: float = 0.0  # sum over the steps of the current epoch
    best_loss: float | None = None  # of validation
    best_step: int = 0
    validations_since_best: int = 0
    ended_early: bool = False
    micro_batches: int = 0  # parts of a batch since the memory did not hold it; 0: as configured


@dataclass(frozen=True)
class FitResult:
    """How a training ended."""

    completed: bool  # false: it was asked to stop and can be resumed
    step: int
    best_step: int  # 0 where nothing was validated
    notes: tuple[str, ...] = field(default=())


def fit(config: TrainingConfig, parts: TrainingParts, shelf: CheckpointShelf, reporter: Reporter) -> FitResult:
    """Train ``parts.model`` in place, from the newest checkpoint on the shelf if there is one.

    Resuming gives the same weights and metrics, bit for bit, as never having stopped (same machine, same versions).

    Args:
        config: All choices.
        parts: Model, data, device.
        shelf: Where checkpoints lie.
        reporter: Gets every metric once per step that is kept; steps done again after a resume are reported again.

    Returns:
        How it ended; the model then holds the selected weights.

    Raises:
        TrainingError: If the loss is not finite; the last finite state stays on the shelf.
        CheckpointError: If checkpoints exist but none is whole, or one can't be written.
    """
    return _Fit(config, parts, shelf, reporter).carry_out()


class _Fit:
    """One call of ``fit``."""

    def __init__(
        self, config: TrainingConfig, parts: TrainingParts, shelf: CheckpointShelf, reporter: Reporter
    ) -> None:
        self.config, self.parts, self.shelf, self.reporter = config, parts, shelf, reporter
        self.model = parts.model.to(parts.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        groups = trainable_groups(config, parts.spec, self.model)
        self.base_rates = [group["lr"] for group in groups]
        self.optimizer = OPTIMIZERS[config.optimizer].build(groups, config)
        self.policy = Policy.of(config.augmentation)
        self.class_weights = self._class_weights()
        self.steps_per_epoch = len(epoch_batches(parts.train.labels, config, 0))
        self.steps = self.steps_per_epoch * config.epochs
        self.validation_every = config.validation_every or self.steps_per_epoch
        self.at = Progress()
        self.pending: list[Metric] = []
        self.saved_at = time.monotonic()
        self.save_seconds = 0.0

    def carry_out(self) -> FitResult:
        notes = self._resume()
        while self.at.step < self.steps and not self.at.ended_early:
            if self._train_epoch():
                self._save()
                return FitResult(completed=False, step=self.at.step, best_step=self.at.best_step, notes=notes)
        self._report()
        if self.at.micro_batches:
            notes += (_SMALLER_PIECES.format(batch=self.config.batch_size, pieces=self.at.micro_batches),)
        if self.config.selection == "best" and self.at.best_step:
            self.model.load_state_dict(self.shelf.best().weights)
        return FitResult(completed=True, step=self.at.step, best_step=self.at.best_step, notes=notes)

    def _train_epoch(self) -> bool:
        """Train to the end of the current epoch; true if asked to stop before."""
        epoch, position = divmod(self.at.step, self.steps_per_epoch)
        for batch in epoch_batches(self.parts.train.labels, self.config, epoch)[position:]:
            if self.reporter.should_stop():
                return True
            loss = self._train_step(batch, epoch)
            self.at.step += 1
            self.at.epoch_loss += loss
            self._log("train_loss", loss)
            self._after_step()
            if self.at.ended_early:
                break
        return False

    def _train_step(self, batch: Indices, epoch: int) -> float:
        """One change of the weights; the mean loss of the batch before it."""
        self.model.train()
        if self.config.frozen:
            self._hold_frozen_statistics()
        factor = SCHEDULES[self.config.schedule].factor(self.at.step / self.steps)
        for group, rate in zip(self.optimizer.param_groups, self.base_rates, strict=True):
            group["lr"] = rate * factor
        self.optimizer.zero_grad(set_to_none=True)
        images = augmented(self.parts.train, batch, self.policy, seed=self.config.seed, epoch=epoch)
        labels = self.parts.train.labels[batch]
        total = self._gradients_that_fit(images, labels)
        if not math.isfinite(total):
            self._stop_at_non_finite_loss(total)
        self.optimizer.step()
        return total

    def _gradients_that_fit(self, images: np.ndarray[Any, Any], labels: Indices) -> float:
        """As ``_gradients``, in smaller parts if the memory does not hold the present ones."""
        while True:
            try:
                return self._gradients(images, labels)
            except torch.OutOfMemoryError:
                self._halve_micro_batch()  # raises the second time

    def _gradients(self, images: np.ndarray[Any, Any], labels: Indices) -> float:
        """Add up the gradients of a batch, part by part; its mean loss."""
        whole, total = self._weight_of(labels), 0.0
        for piece in np.array_split(np.arange(len(labels)), self.at.micro_batches or self.config.micro_batches):
            loss = self._loss(images[piece], labels[piece]) * (self._weight_of(labels[piece]) / whole)
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        return total

    def _halve_micro_batch(self) -> None:
        """Take the batch in twice as many parts, once: the sum of their gradients is that of the whole batch."""
        parts = 2 * self.config.micro_batches
        if self.at.micro_batches or self.config.batch_size // parts < 2:
            raise TrainingError(
                f"The device's memory does not hold a batch of {self.config.batch_size} in "
                f"{self.at.micro_batches or self.config.micro_batches} parts. Set micro_batches higher or image_size "
                "lower.",
                code="out_of_memory",
            )
        self.at.micro_batches = parts
        self.optimizer.zero_grad(set_to_none=True)
        if self.parts.device.type == "cuda":
            torch.cuda.empty_cache()

    def _loss(self, images: np.ndarray[Any, Any], labels: Indices) -> Tensor:
        with autocast(self.config, self.parts.device):
            logits = self.model(to_input(images, self.parts.spec.mean, self.parts.spec.std, self.parts.device))
        target = torch.from_numpy(labels).to(self.parts.device)
        return nn.functional.cross_entropy(
            logits.float(), target, weight=self.class_weights, label_smoothing=self.config.label_smoothing
        )

    def _weight_of(self, labels: Indices) -> float:
        """What the mean of a weighted loss over ``labels`` is divided by."""
        return float(len(labels)) if self.class_weights is None else float(self.class_weights.cpu()[labels].sum())

    def _after_step(self) -> None:
        ends_epoch = self.at.step % self.steps_per_epoch == 0
        if ends_epoch:
            self._log("epoch_train_loss", self.at.epoch_loss / self.steps_per_epoch)
            self.at.epoch_loss = 0.0
        validates = self.at.step % self.validation_every == 0 or self.at.step == self.steps
        if validates and self.parts.validation is not None:
            self._validate(self.parts.validation)
        if self._is_time_to_save(ends_epoch=ends_epoch, validates=validates):
            self._save()
        if ends_epoch or validates:
            self._report()

    def _is_time_to_save(self, *, ends_epoch: bool, validates: bool) -> bool:
        if self.config.checkpoint_every:
            return self.at.step % self.config.checkpoint_every == 0
        # At most a tenth of the time goes into checkpoints, however large the network is.
        return (ends_epoch or validates) and time.monotonic() - self.saved_at >= 10 * self.save_seconds

    def _validate(self, validation: LabelledImages) -> None:
        # one view each: eight of them would take as long as the training between two validations
        config = self.config.model_copy(update={"test_time_views": "one"})
        probabilities = probabilities_of(self.model, validation, self.parts.spec, config, self.parts.device)
        truth = np.clip(probabilities[np.arange(len(validation)), validation.labels], 1e-12, 1)
        counts = np.zeros((self.parts.class_count, self.parts.class_count), int)
        np.add.at(counts, (validation.labels, probabilities.argmax(1)), 1)
        loss = float(-np.log(truth).mean())
        present = counts.sum(1) > 0
        self._log("validation_loss", loss)
        self._log("validation_top1", counts.trace() / counts.sum())
        self._log("validation_balanced_accuracy", float((counts.diagonal()[present] / counts.sum(1)[present]).mean()))
        for true, row in enumerate(counts):
            for predicted, count in enumerate(row):
                self._log(f"validation_count.{true}.{predicted}", float(count))
        if self.at.best_loss is None or loss < self.at.best_loss:
            self.at.best_loss, self.at.best_step, self.at.validations_since_best = loss, self.at.step, 0
            if self.config.selection == "best":
                self.shelf.save_best(self.model.state_dict(), {"step": self.at.step, "validation_loss": loss})
            return
        self.at.validations_since_best += 1
        self.at.ended_early = 0 < self.config.patience <= self.at.validations_since_best

    def _save(self) -> None:
        start = time.monotonic()
        state = {"optimizer": self.optimizer.state_dict(), "random": torch.get_rng_state()}
        if self.parts.device.type == "cuda":
            state["random_cuda"] = torch.cuda.get_rng_state(self.parts.device)
        self._report()
        self.shelf.save(self.at.step, self.model.state_dict(), {"progress": asdict(self.at)}, state)
        self.reporter.checkpoint_kept()
        self.saved_at = time.monotonic()
        self.save_seconds = self.saved_at - start

    def _resume(self) -> tuple[str, ...]:
        checkpoint, problems = self.shelf.latest()
        if checkpoint is not None:
            self._restore(checkpoint)
        return tuple(f"{problem} Went on from the one before." for problem in problems)

    def _restore(self, checkpoint: Checkpoint) -> None:
        assert checkpoint.state is not None  # noqa: S101 - the shelf keeps generations with their state only
        self.model.load_state_dict(checkpoint.weights)
        self.optimizer.load_state_dict(checkpoint.state["optimizer"])
        torch.set_rng_state(checkpoint.state["random"])
        if self.parts.device.type == "cuda":
            torch.cuda.set_rng_state(checkpoint.state["random_cuda"], self.parts.device)
        self.at = Progress(**checkpoint.facts["progress"])

    def _stop_at_non_finite_loss(self, loss: float) -> None:
        kept = "The last checkpoint holds the state before." if self.at.step else "Nothing was learnt yet."
        rate = self.optimizer.param_groups[0]["lr"]
        raise TrainingError(
            f"The loss became {loss} at step {self.at.step + 1} (learning rate {rate:.3g}, batch size "
            f"{self.config.batch_size}). {kept} Try a learning rate ten times smaller.",
            code="nan_loss",
        )

    def _hold_frozen_statistics(self) -> None:
        """A frozen backbone keeps its batch statistics and drops nothing out."""
        head = self.model.get_submodule(self.parts.spec.head)
        self.model.eval()
        head.train()

    def _class_weights(self) -> Tensor | None:
        if self.config.class_weights == "none":
            return None
        counts = np.bincount(self.parts.train.labels, minlength=self.parts.class_count)
        weights = np.where(counts > 0, counts.sum() / np.maximum(counts, 1) / max((counts > 0).sum(), 1), 0.0)
        return torch.tensor(weights, dtype=torch.float32, device=self.parts.device)

    def _log(self, name: str, value: float) -> None:
        self.pending.append(Metric(self.parts.fold, self.at.step, name, float(value)))

    def _report(self) -> None:
        self.reporter.metrics(self.pending)
        self.pending = []
        epoch = min(self.at.step // self.steps_per_epoch + 1, self.config.epochs)
        self.reporter.progress(self.at.step / self.steps, f"epoch {epoch} of {self.config.epochs}")
