"""Mammo at the task of the peers, in a process that talks as theirs do: from the files to a trained epoch."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from benchmarks.peers._talking import Epochs, serve, task
from mammo.datasets.importing import import_collection
from mammo.models import MODELS, HeadOptions
from mammo.training.batches import LabelledImages
from mammo.training.checkpoint import CheckpointShelf
from mammo.training.config import TrainingConfig
from mammo.training.engine import engine_for
from mammo.training.fit import Metric, TrainingParts, fit
from mammo.training.items import Item, film_items
from mammo.training.preparation import pipeline_of
from mammo.training.prepared import prepare_images
from mammo.training.torch_settings import set_up_torch

_CLASSES = ("normal", "benign", "malignant")
_EPOCHS = 10_000  # so many that nobody asks for the last one


@dataclass
class Listener:
    """Tells the end of each epoch, if anybody listens."""

    epochs: Epochs | None

    def metrics(self, rows: Sequence[Metric]) -> None:
        if self.epochs and any(row.name == "epoch_train_loss" for row in rows):
            self.epochs.ended()

    def progress(self, share: float, note: str) -> None: ...
    def checkpoint_kept(self) -> None: ...
    def should_stop(self) -> bool:
        return False


def main() -> None:
    """Train until nobody asks for another epoch, or so many epochs from the files on each time."""
    asked = task()
    cv2.setNumThreads(1)
    items = film_items(import_collection(Path(asked["folder"])).samples, "case", _CLASSES)
    if epochs := asked["epochs"]:
        serve(lambda: _train(asked, items, epochs, None))
    _train(asked, items, _EPOCHS, Epochs())


def _train(asked: dict[str, Any], items: Sequence[Item], epochs: int, told: Epochs | None) -> None:
    """The same batches, sizes, optimizer and contrast stretch as the peers; nothing prepared is there before."""
    config = TrainingConfig.of(
        {
            "model": asked["family"],
            "image_size": asked["size"],
            "crop": "none",
            "fit": "squash",
            "enhancement": "stretch_percentiles:region=image",
            "enhance_before_resize": True,
            "augmentation": "paper",
            "optimizer": "adam",
            "learning_rate": asked["learning_rate"],
            "schedule": "constant",
            "class_weights": "none",
            "batch_size": asked["batch"],
            "epochs": epochs,
            "precision": asked["precision"],
            "checkpoint_every": 1_000_000,
        }
    )
    set_up_torch(config)
    spec, device = MODELS[config.model], torch.device(asked["device"])
    engine = replace(engine_for(device), seconds_between_reports=0)  # the listener is told of each epoch
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        images = prepare_images(items, pipeline_of(config, spec), Path(folder) / "prepared")
        data = LabelledImages(images, np.array([item.label for item in items]), tuple(item.id for item in items))
        model = spec.build(len(_CLASSES), HeadOptions(init="torchvision"))
        parts = TrainingParts(spec, model, data, None, len(_CLASSES), device, engine=engine)
        fit(config, parts, CheckpointShelf(Path(folder) / "checkpoints"), Listener(told))


if __name__ == "__main__":
    main()
