"""VGG-16."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.models._base import IMAGENET_MEAN, IMAGENET_STD, MODELS, HeadOptions, ModelSpec, PretrainedWeights
from mammo.models._chain import chain

if TYPE_CHECKING:
    from torch import nn

_HEAD = "classifier.6"


def build_vgg16(class_count: int, options: HeadOptions) -> nn.Module:
    """VGG-16 without batch normalization; any input of 32 pixels or more."""
    from torch import nn
    from torchvision.models import vgg16

    network = vgg16(num_classes=class_count)
    parts = {"features": network.features, "avgpool": network.avgpool, "flatten": nn.Flatten()}
    return chain(_HEAD, options, {**parts, "classifier": network.classifier})


MODELS.add(
    ModelSpec(
        name="vgg16",
        label="VGG-16",
        build=build_vgg16,
        input_size=224,
        min_input_size=32,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        head=_HEAD,
        cam_layers=("features.29", "features.22"),  # the last ReLUs of blocks 5 and 4
        source="Simonyan and Zisserman 2015, Very deep convolutional networks; torchvision",
        licence="BSD 3-Clause",
        weights=PretrainedWeights.of_torchvision("vgg16", "vgg16-397923af.pth"),
    )
)
