"""ResNet with 18 and with 50 layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mammo.models._base import IMAGENET_MEAN, IMAGENET_STD, MODELS, HeadOptions, ModelSpec, PretrainedWeights
from mammo.models._chain import chain

if TYPE_CHECKING:
    from torch import nn


def _built(name: str) -> Callable[[int, HeadOptions], nn.Module]:
    def build(class_count: int, options: HeadOptions) -> nn.Module:
        from torch import nn
        from torchvision.models import get_model

        parts = dict(get_model(name, num_classes=class_count).named_children())
        head = parts.pop("fc")
        return chain("fc", options, {**parts, "flatten": nn.Flatten(), "fc": head})

    return build


def _spec(layers: int, weights_file: str) -> ModelSpec:
    name = f"resnet{layers}"
    return ModelSpec(
        name=name,
        label=f"ResNet-{layers}",
        build=_built(name),
        input_size=224,
        min_input_size=32,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        head="fc",
        cam_layers=("layer4", "layer3", "layer2"),
        source="He et al. 2016, Deep residual learning for image recognition; torchvision",
        licence="BSD 3-Clause",
        weights=PretrainedWeights.of_torchvision(name, weights_file),
    )


MODELS.add(_spec(18, "resnet18-f37072fd.pth"))
MODELS.add(_spec(50, "resnet50-11ad3fa6.pth"))
