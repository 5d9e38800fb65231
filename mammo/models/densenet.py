"""DenseNet-121."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mammo.models._base import IMAGENET_MEAN, IMAGENET_STD, MODELS, HeadOptions, ModelSpec, PretrainedWeights
from mammo.models._chain import chain

if TYPE_CHECKING:
    from torch import nn


def build_densenet121(class_count: int, options: HeadOptions) -> nn.Module:
    """DenseNet-121; its last ReLU, an in-place call in torchvision, is a module here."""
    from torch import nn
    from torchvision.models import densenet121

    network = densenet121(num_classes=class_count)
    pooling = {"relu": nn.ReLU(), "avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
    return chain("classifier", options, {"features": network.features, **pooling, "classifier": network.classifier})


def without_inner_dot(key: str) -> str:
    """``denselayer1.norm.1.weight``, as the published file has it, as ``denselayer1.norm1.weight``."""
    return re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)", r"\1\2", key)


MODELS.add(
    ModelSpec(
        name="densenet121",
        label="DenseNet-121",
        build=build_densenet121,
        input_size=224,
        min_input_size=32,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        head="classifier",
        cam_layers=("relu", "features.denseblock3", "features.denseblock2"),  # relu: behind the last normalization
        source="Huang et al. 2017, Densely connected convolutional networks; torchvision",
        licence="BSD 3-Clause",
        weights=PretrainedWeights.of_torchvision("densenet121", "densenet121-a639ec97.pth", without_inner_dot),
    )
)
