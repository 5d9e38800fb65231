"""What each step of a training learns from, made on the host or, from images that lie there, on the device."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from torch import Tensor

from mammo.augmentation.policy import Policy, draw_matrices
from mammo.training.batches import Indices, augmented, epoch_batches, to_input
from mammo.training.device_warp import DeviceInput, sampling_maps
from mammo.training.forward import precision_of
from mammo.training.row_sources import RowSource, row_source, sent

if TYPE_CHECKING:
    from mammo.imaging.gray_image import StoredImage
    from mammo.models import ModelSpec
    from mammo.training.config import TrainingConfig
    from mammo.training.engine import Engine
    from mammo.training.fit import TrainingParts


_BYTES_AT_ONCE = 64 << 20  # of augmented pixels in the host's memory


class Batch(Protocol):
    """What one step learns from; a part of it can be made at a time, to fit into memory."""

    @property
    def labels(self) -> Indices:
        """Class of each image, on the host, shape (n,)."""

    def inputs(self, piece: slice) -> Tensor:
        """The network's input for a part, on the device, shape (m, ...)."""

    def classes(self, piece: slice) -> Tensor:
        """Class of each image of a part, on the device, shape (m,)."""


class Feed(Protocol):
    """Gives the batch of every step; asked for in order, or from anywhere after a resume."""

    def batch(self, epoch: int, number: int) -> Batch:
        """What step ``number`` of an epoch learns from."""


@dataclass(frozen=True)
class HostBatch:
    """Augmented pixels in the host's memory."""

    images: StoredImage  # shape (n, S, S)
    labels: Indices
    spec: ModelSpec
    device: torch.device
    precision: torch.dtype

    def inputs(self, piece: slice) -> Tensor:
        return to_input(self.images[piece], self.spec.mean, self.spec.std, self.device, self.precision)

    def classes(self, piece: slice) -> Tensor:
        return torch.from_numpy(self.labels[piece]).to(self.device)


@dataclass(frozen=True)
class DeviceBatch:
    """Tensors on the device, from which the input is made there."""

    parts: tuple[Tensor, ...]  # each of shape (n, ...)
    label_tensor: Tensor  # shape (n,)
    labels: Indices
    make: Callable[..., Tensor]  # the input from the parts

    def inputs(self, piece: slice) -> Tensor:
        return self.make(*(part[piece] for part in self.parts))

    def classes(self, piece: slice) -> Tensor:
        return self.label_tensor[piece]

    def kept(self) -> DeviceBatch:
        """The same in tensors of its own, which stay where they are."""
        return DeviceBatch(
            tuple(part.clone() for part in self.parts), self.label_tensor.clone(), self.labels, self.make
        )

    def take_over(self, other: DeviceBatch) -> None:
        """Let these tensors hold another batch of the same size."""
        for mine, theirs in zip((*self.parts, self.label_tensor), (*other.parts, other.label_tensor), strict=True):
            mine.copy_(theirs)


class HostFeed:
    """Images are moved by OpenCV, those of a few steps at once: what begins anew at each step begins slowly."""

    def __init__(self, config: TrainingConfig, parts: TrainingParts) -> None:
        self._config, self._data, self._share = config, parts.train, parts.share
        self._spec, self._device, self._precision = parts.spec, parts.device, precision_of(config, parts.device)
        self._policy = Policy.of(config.augmentation)
        self._steps_at_once = max(_BYTES_AT_ONCE // (config.batch_size * parts.train.images.array[0].nbytes), 1)
        self._made: dict[tuple[int, int], HostBatch] = {}  # by epoch and number of the step

    def batch(self, epoch: int, number: int) -> HostBatch:
        if (epoch, number) not in self._made:
            self._made = {}  # its room is the next ones'
            self._made = self._batches(epoch, number)
        return self._made.pop((epoch, number))

    def _batches(self, epoch: int, first: int) -> dict[tuple[int, int], HostBatch]:
        order = epoch_batches(self._data.labels, self._config, epoch)[first : first + self._steps_at_once]
        steps = [self._share.of(positions) for positions in order]
        images = augmented(self._data, np.concatenate(steps), self._policy, seed=self._config.seed, epoch=epoch)
        ends = np.cumsum([len(positions) for positions in steps])
        pieces: list[StoredImage] = np.split(images, ends[:-1])  # type: ignore[assignment] # of the array's type
        return {
            (epoch, number): HostBatch(pixels, self._data.labels[positions], self._spec, self._device, self._precision)
            for number, (positions, pixels) in enumerate(zip(steps, pieces, strict=True), first)
        }


@dataclass(frozen=True)
class _EpochPlan:
    """All that is drawn for an epoch, on the host; what is drawn ahead waits for no device."""

    batches: list[Indices]  # positions among the data
    maps: np.ndarray | None  # shape (steps of the epoch x n, 2, 3)


class DeviceFeed:
    """Images lie on the device or are streamed to it; what is drawn for an epoch is sent there once, at its start."""

    def __init__(self, config: TrainingConfig, parts: TrainingParts, engine: Engine) -> None:
        data, device = parts.train, parts.device
        array = data.images.array
        self._config, self._data, self._device, self._share = config, data, device, parts.share
        self._policy = Policy.of(config.augmentation)
        self._source: RowSource = row_source(array, data.images.rows, device, share_of_memory=engine.share_of_memory)
        self._make = DeviceInput(array.dtype, parts.spec, device)
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="next epoch")
        self._coming: tuple[int, Future[_EpochPlan]] | None = None
        self._epoch, self._plan = -1, _EpochPlan([], None)
        self._labels: tuple[Tensor, ...] = ()
        self._maps: tuple[Tensor, ...] | None = None

    def batch(self, epoch: int, number: int) -> DeviceBatch:
        if self._epoch != epoch:
            self._open(epoch)
        stored = self._source.take(number)
        parts = (stored,) if self._maps is None else (stored, self._maps[number])
        return DeviceBatch(parts, self._labels[number], self._data.labels[self._plan.batches[number]], self._make)

    def _open(self, epoch: int) -> None:
        coming = self._coming if self._coming and self._coming[0] == epoch else None
        self._plan = coming[1].result() if coming else self._planned(epoch)
        self._epoch = epoch
        batches = self._plan.batches
        sizes = [len(one) for one in batches]
        labels = torch.from_numpy(self._data.labels[np.concatenate(batches)])
        self._labels = torch.split(sent(labels, self._device), sizes)
        if self._plan.maps is not None:
            self._maps = torch.split(sent(torch.from_numpy(self._plan.maps), self._device), sizes)
        self._source.open_epoch([self._data.rows(one, epoch) for one in batches])
        if epoch + 1 < self._config.epochs:
            self._coming = epoch + 1, self._ahead.submit(self._planned, epoch + 1)

    def _planned(self, epoch: int) -> _EpochPlan:
        batches = [self._share.of(batch) for batch in epoch_batches(self._data.labels, self._config, epoch)]
        if not self._policy.steps:
            return _EpochPlan(batches, None)
        size = self._data.images.array.shape[-1]
        ids = [self._data.ids[position] for position in np.concatenate(batches)]
        drawn = draw_matrices(self._policy, seed=self._config.seed, epoch=epoch, sample_ids=ids, size=size)
        return _EpochPlan(batches, sampling_maps(drawn, size))


def feed_of(config: TrainingConfig, parts: TrainingParts, engine: Engine) -> Feed:
    """What a process's steps learn from, made where its engine keeps images."""
    return DeviceFeed(config, parts, engine) if engine.on_device else HostFeed(config, parts)
