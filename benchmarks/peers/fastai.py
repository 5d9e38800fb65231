"""fastai as its vision tutorial has it: a folder per class, Resize, aug_transforms, a Learner; no contrast stretch."""

from __future__ import annotations

from typing import Any

import torch
import torchvision
from fastai.callback.core import Callback
from fastai.data.block import CategoryBlock, DataBlock
from fastai.data.transforms import IndexSplitter, Normalize, get_image_files, parent_label
from fastai.learner import Learner
from fastai.optimizer import Adam
from fastai.vision.augment import Resize, aug_transforms
from fastai.vision.core import imagenet_stats
from fastai.vision.data import ImageBlock
from torch import nn

from benchmarks.peers._films import CLASSES
from benchmarks.peers._talking import Epochs, serve, task


class Told(Callback):  # type: ignore[misc] # not installed beside Mammo
    """Tells the end of each epoch."""

    def __init__(self) -> None:
        self.epochs = Epochs()

    def after_epoch(self) -> None:
        self.epochs.ended()


def learner(asked: dict[str, Any]) -> Learner:
    """All that is to be trained on; no part is held back for validation."""
    turned = {"max_rotate": 180.0, "max_zoom": 1.0, "max_lighting": 0.0, "max_warp": 0.0}
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_items=get_image_files,
        get_y=parent_label,
        splitter=IndexSplitter([]),
        item_tfms=Resize(asked["size"], method="squish"),
        batch_tfms=[*aug_transforms(**turned), Normalize.from_stats(*imagenet_stats)],
    )
    data = block.dataloaders(
        asked["folder"], bs=asked["batch"], num_workers=asked["workers"], device=torch.device(asked["device"])
    )
    network = torchvision.models.get_model(asked["family"], weights=None, num_classes=CLASSES)
    return Learner(data, network, nn.CrossEntropyLoss(), opt_func=Adam, lr=asked["learning_rate"])


def main() -> None:
    """Train until nobody asks for another epoch, or so many epochs from the files on each time."""
    asked = task()
    if epochs := asked["epochs"]:
        serve(lambda: _fit(asked, epochs, []))
    _fit(asked, 1_000_000, [Told()])


def _fit(asked: dict[str, Any], epochs: int, callbacks: list[Callback]) -> None:
    learning = learner(asked)
    with learning.no_logging():
        learning.fit(epochs, cbs=callbacks)


if __name__ == "__main__":
    main()
