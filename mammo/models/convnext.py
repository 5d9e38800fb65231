"""ConvNeXt (tiny)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.models._base import IMAGENET_MEAN, IMAGENET_STD, MODELS, HeadOptions, ModelSpec, PretrainedWeights
from mammo.models._chain import chain

if TYPE_CHECKING:
    from torch import nn

_HEAD = "classifier.2"


def build_convnext_tiny(class_count: int, options: HeadOptions) -> nn.Module:
    """ConvNeXt tiny; any input of 32 pixels or more."""
    from torchvision.models import convnext_tiny

    network = convnext_tiny(num_classes=class_count)
    return chain(_HEAD, options, dict(network.named_children()))


MODELS.add(
    ModelSpec(
        name="convnext_tiny",
        label="ConvNeXt tiny",
        build=build_convnext_tiny,
        input_size=224,
        min_input_size=32,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        head=_HEAD,
        cam_layers=("features.7", "features.5"),
        source="Liu et al. 2022, A ConvNet for the 2020s; torchvision",
        licence="BSD 3-Clause",
        weights=PretrainedWeights.of_torchvision("convnext_tiny", "convnext_tiny-983f1562.pth"),
    )
)
