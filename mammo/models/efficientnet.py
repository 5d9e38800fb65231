"""EfficientNet-B0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.models._base import IMAGENET_MEAN, IMAGENET_STD, MODELS, HeadOptions, ModelSpec, PretrainedWeights
from mammo.models._chain import chain

if TYPE_CHECKING:
    from torch import nn

_HEAD = "classifier.1"


def build_efficientnet_b0(class_count: int, options: HeadOptions) -> nn.Module:
    """EfficientNet-B0; any input of 32 pixels or more."""
    from torch import nn
    from torchvision.models import efficientnet_b0

    network = efficientnet_b0(num_classes=class_count)
    parts = {"features": network.features, "avgpool": network.avgpool, "flatten": nn.Flatten()}
    return chain(_HEAD, options, {**parts, "classifier": network.classifier})


MODELS.add(
    ModelSpec(
        name="efficientnet_b0",
        label="EfficientNet-B0",
        build=build_efficientnet_b0,
        input_size=224,
        min_input_size=32,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        head=_HEAD,
        cam_layers=("features.8", "features.5"),
        source="Tan and Le 2019, EfficientNet: rethinking model scaling; torchvision",
        licence="BSD 3-Clause",
        weights=PretrainedWeights.of_torchvision("efficientnet_b0", "efficientnet_b0_rwightman-7f5810bc.pth"),
    )
)
