"""Occlusion: how much less the network believes in the class while a part of the picture is covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.explanation._base import CAM_METHODS, CamMethod

if TYPE_CHECKING:
    from torch import Tensor, nn

_PATCHES_PER_SIDE = 7  # a patch of 32 pixels on a picture of 227
_AT_ONCE = 32  # pictures in one call of the network


def drop_of_evidence(network: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    """Mean drop of the class's logit over the patches that cover a pixel, shape (N, H, W).

    Patches overlap by half. What covers is the picture's mean, so that a patch is neither hole nor mass.
    """
    import torch

    maps = torch.zeros_like(inputs[:, 0], dtype=torch.float32)
    with torch.no_grad():
        before = network(inputs).float().gather(1, labels[:, None])[:, 0]
        for image, label, logit, drawn in zip(inputs, labels, before, maps, strict=True):
            height, width = image.shape[1:]
            size = max(min(height, width) // _PATCHES_PER_SIDE, 2)
            boxes = [(top, left) for top in _starts(height, size) for left in _starts(width, size)]
            fill, covers = image.mean((1, 2), keepdim=True), torch.zeros_like(drawn)
            for first in range(0, len(boxes), _AT_ONCE):
                part = boxes[first : first + _AT_ONCE]
                covered = image.repeat(len(part), 1, 1, 1)
                for one, (top, left) in zip(covered, part, strict=True):
                    one[:, top : top + size, left : left + size] = fill
                drops = logit - network(covered).float()[:, label]
                for drop, (top, left) in zip(drops, part, strict=True):
                    drawn[top : top + size, left : left + size] += drop
                    covers[top : top + size, left : left + size] += 1
            drawn /= covers
    return maps


def _starts(length: int, size: int) -> list[int]:
    """Where patches begin along one side, half a patch apart; the last one ends with the picture."""
    return [*range(0, length - size, max(size // 2, 1)), length - size]


CAM_METHODS.add(
    CamMethod(
        name="occlusion",
        label="Occlusion (slow)",
        input_map=drop_of_evidence,
        source="Zeiler and Fergus 2014, Visualizing and understanding convolutional networks, section 4.2",
    )
)
