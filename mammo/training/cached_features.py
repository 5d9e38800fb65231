"""What a frozen body makes of each image, computed once and kept: epochs then pass the head only."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from mammo.augmentation.policy import Policy
from mammo.files import write_json
from mammo.models import split_before
from mammo.training.batches import Indices, LabelledImages, augmented, epoch_batches, to_input
from mammo.training.feeding import DeviceBatch
from mammo.training.forward import autocast, batch_size_for, precision_of
from mammo.training.row_sources import Array, HostRows, RowSource, row_source, sent

if TYPE_CHECKING:
    from mammo.training.config import TrainingConfig
    from mammo.training.engine import Engine
    from mammo.training.fit import TrainingParts

#: Told how many images of a copy are done, of how many; may raise to end the work.
OnProgress = Callable[[int, int], None]


_CHUNK_BYTES = 1 << 24


@dataclass(frozen=True)
class FeatureShelf:
    """Features of a training on disk, one file for each augmented copy of the images and one for the validation."""

    folder: Path
    config: TrainingConfig
    parts: TrainingParts
    on_progress: OnProgress

    def copy(self, number: int) -> Features:
        """Features of the images that learn, augmented as in epoch ``number``."""
        policy = Policy.of(self.config.augmentation)
        return self._features(f"copy-{number}", self.parts.train, policy, number)

    def unchanged(self, data: LabelledImages) -> Features:
        """Features of images as they were prepared."""
        return self._features("unchanged", data, Policy.of("none"), 0)

    def _features(self, name: str, data: LabelledImages, policy: Policy, epoch: int) -> Features:
        key = self._key(data, policy, epoch)
        kept = _opened(self.folder / name, key)
        return kept if kept is not None else self._computed(self.folder / name, key, _Made(data, policy, epoch))

    def _computed(self, folder: Path, key: str, made: _Made) -> Features:
        folder.mkdir(parents=True, exist_ok=True)
        temporary, checksum, is_bf16 = folder / "features.tmp", 0, False
        shape: tuple[int, ...] = ()
        count, step = len(made.data), batch_size_for(self.parts.device)
        with temporary.open("wb") as file:
            for start in range(0, count, step):
                self.on_progress(start, count)
                features = self._of(np.arange(start, min(start + step, count)), made)
                shape, is_bf16 = features.shape[1:], features.dtype == torch.bfloat16
                content = (features.view(torch.int16) if is_bf16 else features).numpy().tobytes()
                checksum = zlib.crc32(content, checksum)
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / "features.bin")
        facts = {"key": key, "shape": [count, *shape], "is_bf16": is_bf16, "crc": checksum}
        write_json(folder / "features.json", facts)
        return _mapped(folder, facts)

    def _of(self, positions: Indices, made: _Made) -> Tensor:
        """The body's answer to some images, on the host."""
        spec, device = self.parts.spec, self.parts.device
        images = augmented(made.data, positions, made.policy, seed=self.config.seed, epoch=made.epoch)
        self.parts.model.eval()
        body, _ = split_before(self.parts.model, spec.head)
        with torch.no_grad(), autocast(self.config, device):
            features = body(to_input(images, spec.mean, spec.std, device, precision_of(self.config, device)))
        return (features.movedim(1, -1) if features.ndim == 4 else features).contiguous().cpu()

    def _key(self, data: LabelledImages, policy: Policy, epoch: int) -> str:
        """Names everything that the features follow from."""
        digest = hashlib.sha256()
        head = f"{self.parts.spec.head}."
        for name, tensor in self.parts.model.state_dict().items():
            if not name.startswith(head):
                digest.update(name.encode() + tensor.detach().cpu().contiguous().view(-1).numpy().tobytes())
        rows = data.rows(np.arange(len(data)), epoch)
        chosen = {"policy": policy.to_dict(), "seed": self.config.seed, "epoch": epoch, "ids": data.ids}
        digest.update(json.dumps([chosen, rows.tolist(), self.config.precision], sort_keys=True).encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class _Made:
    """Which images, and what was done to them."""

    data: LabelledImages
    policy: Policy
    epoch: int


@dataclass(frozen=True)
class Features:
    """Features of N images, memory-mapped: float32, or bfloat16 as int16 of the same bits.

    Shape (N, C), or (N, H, W, C): so the head finds maps in the order in which it is fastest.
    """

    array: Array
    is_bf16: bool

    def tensor(self, stored: Tensor) -> Tensor:
        """Rows of the array as the head takes them, shape (n, C) or (n, C, H, W)."""
        features = stored.view(torch.bfloat16) if self.is_bf16 else stored
        return features.movedim(-1, 1) if features.ndim == 4 else features


def _opened(folder: Path, key: str) -> Features | None:
    """What an earlier start left, if it is whole and of the same origin."""
    try:
        facts = json.loads((folder / "features.json").read_text())
        whole = facts["key"] == key and _checksum(folder / "features.bin") == facts["crc"]
        return _mapped(folder, facts) if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _checksum(path: Path) -> int:
    """CRC-32 of a file that may be larger than the memory."""
    checksum = 0
    with path.open("rb") as file:
        while part := file.read(_CHUNK_BYTES):
            checksum = zlib.crc32(part, checksum)
    return checksum


def _mapped(folder: Path, facts: dict[str, Any]) -> Features:
    dtype = np.int16 if facts["is_bf16"] else np.float32
    array = np.memmap(folder / "features.bin", dtype, "r", shape=tuple(facts["shape"]))
    return Features(array, facts["is_bf16"])


class FeatureFeed:
    """Copies take turns by epoch; what was not computed yet is when its epoch begins, the validation's at the first."""

    def __init__(self, shelf: FeatureShelf, config: TrainingConfig, parts: TrainingParts, engine: Engine) -> None:
        self._shelf, self._config, self._parts, self._engine = shelf, config, parts, engine
        self._copies: dict[int, Features] = {}  # checked once, or computed
        self._source: tuple[int, RowSource] | None = None  # of one copy
        self._epoch, self._order = -1, list[Indices]()
        self._labels: tuple[Tensor, ...] = ()
        self._validation: Features | None = None

    def validation(self) -> Features:
        """Features of the images that a training with a validation looks after itself by."""
        if self._validation is None:
            assert self._parts.validation is not None  # noqa: S101 - nobody asks otherwise
            self._validation = self._shelf.unchanged(self._parts.validation)
        return self._validation

    def batch(self, epoch: int, number: int) -> DeviceBatch:
        if self._parts.validation is not None:
            self.validation()  # now: here a stop is listened to, and it costs no step yet
        features, source = self._opened(epoch % self._config.cached_features)
        if self._epoch != epoch:
            self._epoch, self._order = epoch, epoch_batches(self._parts.train.labels, self._config, epoch)
            labels = torch.from_numpy(self._parts.train.labels[np.concatenate(self._order)])
            self._labels = torch.split(sent(labels, self._parts.device), [len(one) for one in self._order])
            source.open_epoch(self._order)
        labels_now = self._parts.train.labels[self._order[number]]
        return DeviceBatch((source.take(number),), self._labels[number], labels_now, features.tensor)

    def _opened(self, copy: int) -> tuple[Features, RowSource]:
        if copy not in self._copies:
            self._copies[copy] = self._shelf.copy(copy)
        if self._source is None or self._source[0] != copy:
            self._source = None  # its room is the next one's
            self._source = copy, source_of(self._copies[copy], self._parts.device, self._engine)
        return self._copies[copy], self._source[1]


def source_of(features: Features, device: torch.device, engine: Engine) -> RowSource:
    """Where batches of features are taken from."""
    if not engine.on_device:
        return HostRows(features.array)
    rows = np.arange(len(features.array))
    return row_source(features.array, rows, device, share_of_memory=engine.share_of_memory)
