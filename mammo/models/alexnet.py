"""AlexNet, the paper's first network, in the form that torchvision has weights of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mammo.models._base import IMAGENET_MEAN, IMAGENET_STD, MODELS, HeadOptions, ModelSpec, PretrainedWeights
from mammo.models._chain import chain

if TYPE_CHECKING:
    from torch import nn

_HEAD = "classifier.6"


def build_alexnet(class_count: int, options: HeadOptions) -> nn.Module:
    """AlexNet without local response normalization and groups; any input of 63 pixels or more."""
    from torch import nn

    # a ReLU behind the pooling gives the same numbers, and has a quarter of the work; the last is where maps are drawn
    features = nn.Sequential(
        *(nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2), nn.MaxPool2d(3, stride=2), nn.ReLU()),
        *(nn.Conv2d(64, 192, kernel_size=5, padding=2), nn.MaxPool2d(3, stride=2), nn.ReLU()),
        *(nn.Conv2d(192, 384, kernel_size=3, padding=1), nn.ReLU()),
        *(nn.Conv2d(384, 256, kernel_size=3, padding=1), nn.ReLU()),
        *(nn.Conv2d(256, 256, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(3, stride=2)),
    )
    classifier = nn.Sequential(
        *(nn.Dropout(0.5), nn.Linear(256 * 6 * 6, 4096), nn.ReLU()),
        *(nn.Dropout(0.5), nn.Linear(4096, 4096), nn.ReLU()),
        nn.Linear(4096, class_count),
    )
    parts = {"features": features, "avgpool": nn.AdaptiveAvgPool2d((6, 6)), "flatten": nn.Flatten()}
    return chain(_HEAD, options, {**parts, "classifier": classifier})


MODELS.add(
    ModelSpec(
        name="alexnet",
        label="AlexNet",
        build=build_alexnet,
        input_size=227,
        min_input_size=63,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        head=_HEAD,
        cam_layers=("features.11", "features.9", "features.7"),  # the ReLUs after conv5, conv4, conv3
        source="Krizhevsky 2014, One weird trick for parallelizing convolutional neural networks; torchvision. "
        "Not the network of 2012 (BVLC), which has other widths, groups and local response normalization.",
        licence="BSD 3-Clause",
        weights=PretrainedWeights.of_torchvision("alexnet", "alexnet-owt-7be5be79.pth"),
    )
)
