"""A small network for gray pictures, trained from nothing within a minute on two cores: the demo."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mammo.models._base import MODELS, HeadOptions, ModelSpec
from mammo.models._chain import chain

if TYPE_CHECKING:
    from torch import nn

_WIDTHS = (3, 12, 24, 48, 96)


def build_small(class_count: int, options: HeadOptions) -> nn.Module:
    """Four blocks of convolution, normalization, ReLU and pooling; then the strongest answer of each channel.

    The maximum over the picture, not the mean: a mass fills a few cells of the last map, and a mean would drown it.
    """
    from torch import nn

    blocks = [_block(inputs, outputs) for inputs, outputs in pairwise(_WIDTHS)]
    parts = {"features": nn.Sequential(*blocks), "maxpool": nn.AdaptiveMaxPool2d(1), "flatten": nn.Flatten()}
    return chain("classifier", options, {**parts, "classifier": nn.Linear(_WIDTHS[-1], class_count)})


def _block(inputs: int, outputs: int) -> nn.Module:
    from torch import nn

    convolution = nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False)
    nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2))


MODELS.add(
    ModelSpec(
        name="small",
        label="Small, from scratch",
        build=build_small,
        input_size=128,
        min_input_size=32,
        mean=(0.0, 0.0, 0.0),  # so that the zeros around the picture are air
        std=(1.0, 1.0, 1.0),
        head="classifier",
        cam_layers=("features.3.2", "features.2.2"),  # the ReLUs before the pooling: 16 x 16 and 32 x 32 at 128 px
        source="Made for this program; no published weights",
        licence="as this program",
    )
)
