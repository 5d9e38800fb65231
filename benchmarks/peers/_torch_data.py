"""A data set as torch's tutorials write it: Pillow, NumPy and torchvision's transforms, in two worker processes."""

from __future__ import annotations

from typing import Any

import torch
import torchvision
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from benchmarks.peers._films import CLASSES, MEAN, SHIFT_PX, STD, labelled, stretched


class Films(Dataset[tuple[Tensor, int]]):
    """Films of a folder, decoded, stretched and augmented whenever they are asked for."""

    def __init__(self, folder: str, size: int) -> None:
        self.films = labelled(folder)
        shift = SHIFT_PX / size
        self.transform = v2.Compose(
            [
                v2.Resize((size, size), antialias=True),
                v2.RandomHorizontalFlip(),
                v2.RandomAffine(180, translate=(shift, shift), interpolation=v2.InterpolationMode.BILINEAR),
                v2.ToImage(),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize(list(MEAN), list(STD)),
            ]
        )

    def __len__(self) -> int:
        return len(self.films)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        path, label = self.films[index]
        return self.transform(Image.fromarray(stretched(path)).convert("RGB")), label


def loader(task: dict[str, Any]) -> DataLoader[tuple[Tensor, int]]:
    """Batches of shuffled films."""
    films = Films(task["folder"], task["size"])
    return DataLoader(films, task["batch"], shuffle=True, num_workers=task["workers"], persistent_workers=True)


def network(task: dict[str, Any]) -> nn.Module:
    """The network of torchvision with random weights: speed does not depend on them."""
    model: nn.Module = torchvision.models.get_model(task["family"], weights=None, num_classes=CLASSES)
    return model
