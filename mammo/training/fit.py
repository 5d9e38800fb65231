"""The training loop: steps, validations, checkpoints, and going on exactly where a killed process was."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from torch import nn

from mammo.errors import TrainingError
from mammo.training.batches import LabelledImages, batches_per_epoch, step_count
from mammo.training.cached_features import FeatureShelf
from mammo.training.engine import Engine, engine_for
from mammo.training.followers import Followers, ResumeOrder, StepOrder, followers_of
from mammo.training.forward import Inputs, probabilities_from
from mammo.training.input_path import input_path_of
from mammo.training.losses import LossBuffer
from mammo.training.shares import WHOLE, Share
from mammo.training.steps import Steps
from mammo.training.turns import turn

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
    engine: Engine | None = None  # None: the device's own
    share: Share = WHOLE  # of every batch, where several processes train together


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
    parts = replace(parts, share=Share(0, config.devices))
    with followers_of(config, parts) as followers:
        work = _Fit(config, parts, shelf, reporter, followers)
        try:
            return work.carry_out()
        finally:
            work.let_go()


class _StoppedError(Exception):
    """Asked to stop between two steps."""


class _Fit:
    """One call of ``fit``."""

    def __init__(
        self,
        config: TrainingConfig,
        parts: TrainingParts,
        shelf: CheckpointShelf,
        reporter: Reporter,
        followers: Followers,
    ) -> None:
        self.config, self.parts, self.shelf, self.reporter = config, parts, shelf, reporter
        self.followers = followers
        self.model = parts.model.to(parts.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.engine = engine = parts.engine or engine_for(parts.device)
        features = FeatureShelf(shelf.features, config, parts, self._on_features)
        self.input_path = input_path_of(config, parts, engine, features)
        self.steps_per_epoch = batches_per_epoch(len(parts.train), config.batch_size, drop_last=config.drop_last)
        self.step_count = step_count(config, len(parts.train))
        self.steps = Steps(config, parts, self.input_path.answer, engine, self.step_count)
        self.validation_every = config.validation_every or self.steps_per_epoch
        self.at = Progress()
        self.losses = LossBuffer(parts.device, engine.losses_every)
        self.pending: list[Metric] = []
        self.saved_at = self.reported_at = time.monotonic()
        self.save_seconds = 0.0

    def carry_out(self) -> FitResult:
        notes = self._resume()
        while self.at.step < self.step_count and not self.at.ended_early:
            if self._train_epoch():
                self._save()
                return FitResult(completed=False, step=self.at.step, best_step=self.at.best_step, notes=notes)
        self._report()
        notes += self.steps.notes
        if self.steps.smaller_parts:
            notes += (_SMALLER_PIECES.format(batch=self.config.batch_size, pieces=self.steps.smaller_parts),)
        if self.config.selection == "best" and self.at.best_step:
            self.model.load_state_dict(self.shelf.best().weights)
        return FitResult(completed=True, step=self.at.step, best_step=self.at.best_step, notes=notes)

    def let_go(self) -> None:
        """Break the rings of references, so that the device's memory is free for the next fold at once."""
        self.steps.let_go()
        del self.steps, self.input_path

    def _train_epoch(self) -> bool:
        """Train to the end of the current epoch; true if asked to stop before."""
        epoch, position = divmod(self.at.step, self.steps_per_epoch)
        for number in range(position, self.steps_per_epoch):
            if self.reporter.should_stop():
                return True
            self.followers.tell(StepOrder(epoch, number, self.at.step))
            try:
                batch = self.input_path.feed.batch(epoch, number)
            except _StoppedError:
                return True
            with turn(self.parts.device):
                self.losses.add(self.steps.take(batch, self.at.step))
            self.at.step += 1
            if self.losses.is_full:
                self._read_losses()
            self._after_step()
            if self.at.ended_early:
                break
        return False

    def _read_losses(self) -> None:
        """Log the losses of the steps since the last reading; here the device is waited for.

        Whatever is validated or kept afterwards was read before: no checkpoint holds the state behind a bad step.
        """
        losses = self.losses.read()
        for step, loss in enumerate(losses, self.at.step - len(losses) + 1):
            if not math.isfinite(loss):
                self._stop_at_non_finite_loss(loss, step)
            self.pending.append(Metric(self.parts.fold, step, "train_loss", loss))
            self.at.epoch_loss += loss

    def _on_features(self, done: int, count: int) -> None:
        """Between two batches of features: what is computed of a copy is lost when somebody wants to stop."""
        self.reporter.progress(self.at.step / self.step_count, f"features of image {done} of {count}")
        if self.reporter.should_stop():
            raise _StoppedError

    def _after_step(self) -> None:
        ends_epoch = self.at.step % self.steps_per_epoch == 0
        validates = self.at.step % self.validation_every == 0 or self.at.step == self.step_count
        if ends_epoch or validates:
            self._read_losses()
        if ends_epoch:
            self._log("epoch_train_loss", self.at.epoch_loss / self.steps_per_epoch)
            self.at.epoch_loss = 0.0
        if validates and self.parts.validation is not None and self.input_path.validation is not None:
            self._validate(self.parts.validation, self.input_path.validation)
        if self._is_time_to_save(ends_epoch=ends_epoch, validates=validates):
            self._save()
        if (ends_epoch or validates) and time.monotonic() - self.reported_at >= self.engine.seconds_between_reports:
            self._report()

    def _is_time_to_save(self, *, ends_epoch: bool, validates: bool) -> bool:
        if self.config.checkpoint_every:
            return self.at.step % self.config.checkpoint_every == 0
        # At most a tenth of the time goes into checkpoints, however large the network is.
        least = max(10 * self.save_seconds, self.engine.seconds_between_checkpoints)
        return (ends_epoch or validates) and time.monotonic() - self.saved_at >= least

    def _validate(self, validation: LabelledImages, inputs: Inputs) -> None:
        # one view each: eight of them would take as long as the training between two validations
        config = self.config.model_copy(update={"test_time_views": "one"})
        self.model.eval()
        probabilities = probabilities_from(self.input_path.answer, inputs, len(validation), config, self.parts.device)
        truth = np.clip(probabilities[np.arange(len(validation)), validation.labels], 1e-12, 1)
        counts = np.zeros((self.parts.class_count, self.parts.class_count), int)
        np.add.at(counts, (validation.labels, probabilities.argmax(1)), 1)
        loss = float(-np.log(truth).mean())
        if not math.isfinite(loss):
            self._stop_at_non_finite_loss(loss, self.at.step)
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
        self._read_losses()
        self.at.micro_batches = self.steps.smaller_parts
        state = {"optimizer": self.steps.optimizer.state_dict(), "random": torch.get_rng_state()}
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
        self.steps.restore(checkpoint)
        self.followers.tell(ResumeOrder(self.shelf.folder_of(checkpoint)))
        torch.set_rng_state(checkpoint.state["random"])
        if self.parts.device.type == "cuda" and "random_cuda" in checkpoint.state:  # a CPU's checkpoint has none
            torch.cuda.set_rng_state(checkpoint.state["random_cuda"], self.parts.device)
        self.at = Progress(**checkpoint.facts["progress"])
        self.steps.smaller_parts = self.at.micro_batches

    def _stop_at_non_finite_loss(self, loss: float, step: int) -> None:
        kept = "The last checkpoint holds the state before." if step > 1 else "Nothing was learnt yet."
        raise TrainingError(
            f"The loss became {loss} at step {step} (learning rate {self.steps.rates.at(step - 1)[0]:.3g}, batch size "
            f"{self.config.batch_size}). {kept} Try a learning rate ten times smaller.",
            code="nan_loss",
        )

    def _log(self, name: str, value: float) -> None:
        self.pending.append(Metric(self.parts.fold, self.at.step, name, float(value)))

    def _report(self) -> None:
        self.reporter.metrics(self.pending)
        self.pending = []
        self.reported_at = time.monotonic()
        epoch = min(self.at.step // self.steps_per_epoch + 1, self.config.epochs)
        self.reporter.progress(self.at.step / self.step_count, f"epoch {epoch} of {self.config.epochs}")
