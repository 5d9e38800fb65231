"""From prepared images to the tensors of a step; every random choice is a function of (seed, epoch, item)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from mammo.augmentation.policy import Policy, draw_matrices
from mammo.augmentation.warp import warp
from mammo.imaging.gray_image import StoredImage
from mammo.training.prepared import PreparedImages

if TYPE_CHECKING:
    import torch

    from mammo.training.config import TrainingConfig

Indices = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class LabelledImages:
    """Prepared images with their labels: one part of a split, ready to learn from or to be tested on."""

    images: PreparedImages
    labels: Indices  # shape (N,), indices of the class names
    ids: tuple[str, ...]  # N item ids: what the augmentation's random numbers come from
    turns: Indices | None = None  # shape (T, N), positions among the images; None: image n is item n's, always

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, positions: Indices, epoch: int = 0) -> Indices:
        """Rows of the prepared array that stand for items in an epoch."""
        chosen = positions if self.turns is None else self.turns[epoch % len(self.turns), positions]
        return self.images.rows[chosen]

    def image(self, position: int, epoch: int = 0) -> StoredImage:
        """The image, shape (S, S), that stands for an item in an epoch; the first is what it is tested by."""
        return self.images[position if self.turns is None else int(self.turns[epoch % len(self.turns), position])]


def batches_per_epoch(count: int, batch_size: int, *, drop_last: bool) -> int:
    """Steps of one epoch over ``count`` images; a set smaller than one batch is one batch."""
    full, rest = divmod(count, batch_size)
    if drop_last or rest == 1:  # a rest of one image has no statistics for batch normalization
        return max(full, 1)
    return full + (rest > 0)


def step_count(config: TrainingConfig, count: int) -> int:
    """Steps of a whole training on ``count`` images."""
    return config.epochs * batches_per_epoch(count, config.batch_size, drop_last=config.drop_last)


def epoch_batches(labels: Indices, config: TrainingConfig, epoch: int) -> list[Indices]:
    """Positions of the images of each step of one epoch, in the order in which they are learnt from."""
    generator = np.random.default_rng([config.seed, epoch])
    count = len(labels)
    if config.sampling == "balanced":
        frequency = np.bincount(labels)[labels]
        order = generator.choice(count, count, p=(1 / frequency) / (1 / frequency).sum())
    else:
        order = generator.permutation(count)
    steps = batches_per_epoch(count, config.batch_size, drop_last=config.drop_last)
    return [order[step * config.batch_size : (step + 1) * config.batch_size] for step in range(steps)]


def augmented(data: LabelledImages, positions: Indices, policy: Policy, *, seed: int, epoch: int) -> StoredImage:
    """Images as a policy moves them in an epoch, shape (n, S, S), of the prepared type."""
    size = data.images.array.shape[-1]
    batch: StoredImage = np.empty((len(positions), size, size), data.images.array.dtype)
    ids = [data.ids[position] for position in positions]
    drawn = draw_matrices(policy, seed=seed, epoch=epoch, sample_ids=ids, size=size)
    for position, matrix, slot in zip(positions, drawn, batch, strict=True):
        warp(data.image(int(position), epoch), matrix, out=slot)
    return batch


def plain(data: LabelledImages, start: int, stop: int) -> StoredImage:
    """Images ``start`` to ``stop`` as they were prepared, shape (n, S, S)."""
    chosen = [data.image(position) for position in range(start, min(stop, len(data)))]
    return np.stack(chosen)  # type: ignore[return-value] # of one type, the array's


def to_input(
    batch: StoredImage,
    mean: Sequence[float],
    std: Sequence[float],
    device: torch.device | str = "cpu",
    precision: torch.dtype | None = None,
) -> torch.Tensor:
    """The model's input, shape (n, 3, S, S), channels last: gray repeated three times, then normalized.

    Args:
        batch: Prepared images, shape (n, S, S).
        mean: What the network takes for the mean of each channel.
        std: What it takes for their spread.
        device: Where the input goes.
        precision: What it is rounded to; float32 if None. Where a network computes in less, it would do it itself.
    """
    import torch  # here only: pages plan and preview with the rest of this module

    levels = torch.from_numpy(np.require(batch, requirements="W")).int().to(device)  # torch warns of read-only memory
    table = _input_levels(batch.dtype, tuple(mean), tuple(std), precision or torch.float32).to(device)
    return torch.nn.functional.embedding(levels, table).permute(0, 3, 1, 2)


@lru_cache(maxsize=8)
def _input_levels(
    dtype: np.dtype[Any], mean: tuple[float, ...], std: tuple[float, ...], precision: torch.dtype
) -> torch.Tensor:
    """What each stored gray level is to the model, shape (levels, 3): looking it up takes half of computing it."""
    import torch

    top = np.iinfo(dtype).max
    scale = 1 / (top * torch.tensor(std))
    return (torch.arange(top + 1.0).unsqueeze(-1) * scale - torch.tensor(mean) / torch.tensor(std)).to(precision)
