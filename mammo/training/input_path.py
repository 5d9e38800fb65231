"""The path of images into the network in a training: where they lie, and what of the network they go through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from mammo.models import split_before
from mammo.training.batches import LabelledImages
from mammo.training.cached_features import FeatureFeed, Features, FeatureShelf, source_of
from mammo.training.device_warp import DeviceInput
from mammo.training.feeding import Feed, feed_of
from mammo.training.forward import Inputs, batch_size_for, plain_inputs
from mammo.training.row_sources import RowSource, row_source

if TYPE_CHECKING:
    from mammo.training.config import TrainingConfig
    from mammo.training.engine import Engine
    from mammo.training.fit import TrainingParts
    from mammo.training.shares import Answer


@dataclass(frozen=True)
class InputPath:
    """How a training learns and looks after itself."""

    feed: Feed  # what each step learns from
    answer: Answer  # from a batch's input to logits
    validation: Inputs | None


def input_path_of(config: TrainingConfig, parts: TrainingParts, engine: Engine, shelf: FeatureShelf) -> InputPath:
    """The path of a training on its device; the shelf is used only where features are kept."""
    if config.cached_features:
        return _path_of_features(shelf, config, parts, engine)
    validation = None if parts.validation is None else _inputs(parts.validation, config, parts, engine)
    return InputPath(feed_of(config, parts, engine), parts.model, validation)


def _path_of_features(shelf: FeatureShelf, config: TrainingConfig, parts: TrainingParts, engine: Engine) -> InputPath:
    """Only the head is passed, by features that wait on the shelf."""
    _, head = split_before(parts.model, parts.spec.head)
    feed = FeatureFeed(shelf, config, parts, engine)
    return InputPath(feed, head, None if parts.validation is None else _features(feed, parts.device, engine))


def _features(feed: FeatureFeed, device: torch.device, engine: Engine) -> Inputs:
    """Features of the validation's images, which the feed has had computed before its first batch."""
    batch = batch_size_for(device)
    opened: list[tuple[Features, RowSource]] = []

    def inputs(start: int, _stop: int) -> torch.Tensor:
        if not opened:
            features = feed.validation()
            count = len(features.array)
            source = source_of(features, device, engine)
            source.open_epoch(np.split(np.arange(count), range(batch, count, batch)))
            opened.append((features, source))
        features, source = opened[0]
        return features.tensor(source.take(start // batch)).to(device)

    return inputs


def _inputs(data: LabelledImages, config: TrainingConfig, parts: TrainingParts, engine: Engine) -> Inputs:
    """The inputs of images as they were prepared, one batch after the other."""
    spec, device = parts.spec, parts.device
    if not engine.on_device:
        return plain_inputs(data, spec, config, device)
    batch, count = batch_size_for(device), len(data)
    rows = data.rows(np.arange(count))
    source = row_source(data.images.array, rows, device, share_of_memory=engine.share_of_memory)
    source.open_epoch([rows[start : start + batch] for start in range(0, count, batch)])
    make = DeviceInput(data.images.array.dtype, spec, device)
    return lambda start, _stop: make(source.take(start // batch))
