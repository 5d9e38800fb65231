"""MobileNet V3 (large)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.models._base import IMAGENET_MEAN, IMAGENET_STD, MODELS, HeadOptions, ModelSpec, PretrainedWeights
from mammo.models._chain import chain

if TYPE_CHECKING:
    from torch import nn

_HEAD = "classifier.3"


def build_mobilenet_v3(class_count: int, options: HeadOptions) -> nn.Module:
    """MobileNet V3 large: little more work than the small one, and much closer to the ResNets."""
    from torch import nn
    from torchvision.models import mobilenet_v3_large

    network = mobilenet_v3_large(num_classes=class_count)
    parts = {"features": network.features, "avgpool": network.avgpool, "flatten": nn.Flatten()}
    return chain(_HEAD, options, {**parts, "classifier": network.classifier})


MODELS.add(
    ModelSpec(
        name="mobilenet_v3",
        label="MobileNet V3",
        build=build_mobilenet_v3,
        input_size=224,
        min_input_size=32,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        head=_HEAD,
        cam_layers=("features.16", "features.12"),
        source="Howard et al. 2019, Searching for MobileNetV3; torchvision",
        licence="BSD 3-Clause",
        weights=PretrainedWeights.of_torchvision("mobilenet_v3", "mobilenet_v3_large-5c1a4163.pth"),
    )
)
