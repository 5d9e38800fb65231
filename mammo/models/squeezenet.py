"""SqueezeNet, the paper's second network (1.1, as in MATLAB), and its heavier first version."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mammo.models._base import IMAGENET_MEAN, IMAGENET_STD, MODELS, HeadOptions, ModelSpec, PretrainedWeights
from mammo.models._chain import chain

if TYPE_CHECKING:
    from torch import nn

_HEAD = "classifier.1"  # conv10


def _built(version: str) -> Callable[[int, HeadOptions], nn.Module]:
    def build(class_count: int, options: HeadOptions) -> nn.Module:
        from torch import nn
        from torchvision.models import SqueezeNet

        network = SqueezeNet(version, num_classes=class_count)
        if not options.relu:  # with it a class whose logit is 0 everywhere has no gradient, and never learns again
            network.classifier[2] = nn.Identity()
        parts = {"features": network.features, "classifier": network.classifier, "flatten": nn.Flatten()}
        return chain(_HEAD, options, parts)

    return build


def _spec(version: str, min_input_size: int, cam_layers: tuple[str, ...], weights_file: str) -> ModelSpec:
    name = f"squeezenet{version}"
    return ModelSpec(
        name=name,
        label=f"SqueezeNet {version.replace('_', '.')}",
        build=_built(version),
        input_size=227,
        min_input_size=min_input_size,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        head=_HEAD,
        cam_layers=cam_layers,
        source="Iandola et al. 2016, SqueezeNet: AlexNet-level accuracy with 50x fewer parameters; torchvision",
        licence="BSD 3-Clause",
        weights=PretrainedWeights.of_torchvision(name, weights_file),
    )


# Behind conv10 lies one map per class, the plain class activation map; the last fire module is the usual layer.
MODELS.add(_spec("1_1", 17, ("features.12", "classifier.1", "features.7"), "squeezenet1_1-b8a52dc0.pth"))
MODELS.add(_spec("1_0", 21, ("features.12", "classifier.1", "features.10"), "squeezenet1_0-b66bff10.pth"))
