"""Preparing so many images, or training epochs on them, in a process whose memory can be told apart."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from benchmarks._own_training import Listener
from benchmarks.peers._talking import Epochs, serve, task
from mammo.datasets import Sample
from mammo.models import MODELS, HeadOptions
from mammo.training.batches import LabelledImages
from mammo.training.checkpoint import CheckpointShelf
from mammo.training.config import TrainingConfig
from mammo.training.fit import TrainingParts, fit
from mammo.training.items import Item
from mammo.training.preparation import pipeline_of
from mammo.training.prepared import prepare_images
from mammo.training.resident_memory import keep_freed_memory

_CLASSES = 3
_CONFIG = {
    "model": "small",
    "image_size": 64,
    "crop": "none",
    "fit": "squash",
    "augmentation": "paper",
    "class_weights": "none",
    "epochs": 10_000,  # so many that nobody asks for the last one
    "checkpoint_every": 1_000_000,
}


def main() -> None:
    """Until nobody asks any more."""
    asked = task()
    keep_freed_memory()
    cv2.setNumThreads(1)
    items = _items(asked)
    if asked["what"] == "preparing":
        serve(lambda: _prepare(items))
    _train(items)


def _items(asked: dict[str, Any]) -> list[Item]:
    facts = json.loads(Path(asked["list"]).read_text())[: asked["count"]]
    return [
        Item(Sample(Path(path).name, Path(path), str(at), {}, digest, width, height, 8), at % _CLASSES)
        for at, (path, digest, width, height) in enumerate(facts)
    ]


def _prepare(items: list[Item]) -> None:
    config = TrainingConfig.of({**_CONFIG, "image_size": 227})
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        prepare_images(items, pipeline_of(config, MODELS[config.model]), Path(folder))


def _train(items: list[Item]) -> None:
    config = TrainingConfig.of(_CONFIG)
    spec = MODELS[config.model]
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        images = prepare_images(items, pipeline_of(config, spec), Path(folder) / "prepared")
        data = LabelledImages(images, np.array([item.label for item in items]), tuple(item.id for item in items))
        model = spec.build(_CLASSES, HeadOptions(init="torchvision"))
        parts = TrainingParts(spec, model, data, None, _CLASSES, torch.device("cpu"))
        fit(config, parts, CheckpointShelf(Path(folder) / "checkpoints"), Listener(Epochs()))


if __name__ == "__main__":
    main()
