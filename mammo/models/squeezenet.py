"""SqueezeNet, the paper's second network (1.1, as in MATLAB), and its heavier first version."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mammo.models._base import IMAGENET_MEAN, IMAGENET_STD, MODELS, HeadOptions, ModelSpec, PretrainedWeights
from mammo.models._chain import chain

if TYPE_CHECKING:
    from torch import nn

_HEAD = "classifier.1"  # conv10


_CHANNELS = 512  # before conv10
#: Squeezed and expanded channels of each fire module.
_FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
#: Channels and kernel of the first convolution, and behind which fire modules the picture is halved once more.
_VERSIONS = {"1_0": (96, 7, (2, 6)), "1_1": (64, 3, (1, 3))}


def _features(version: str) -> list[nn.Module]:
    from torch import nn

    from mammo.models._fire import Fire

    channels, kernel, (early, late) = _VERSIONS[version]
    # the first ReLU behind its pooling gives the same numbers, and has a quarter of the work
    layers: list[nn.Module] = [nn.Conv2d(3, channels, kernel, stride=2), _halving(), nn.ReLU()]
    for number, (squeezed, expanded) in enumerate(_FIRES):
        layers.append(Fire(channels, squeezed, expanded, _halving() if number == early else None))
        if number == early:
            layers.append(nn.Identity())  # in torchvision's place of the pooling, so that what follows keeps its number
        if number == late:
            layers.append(_halving())  # apart, since maps are drawn before it
        channels = 2 * expanded
    return layers


def _halving() -> nn.MaxPool2d:
    from torch import nn

    return nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)


def _built(version: str) -> Callable[[int, HeadOptions], nn.Module]:
    def build(class_count: int, options: HeadOptions) -> nn.Module:
        from torch import nn

        features = nn.Sequential(*_features(version))
        final = nn.Conv2d(_CHANNELS, class_count, kernel_size=1)
        for convolution in (one for one in features.modules() if isinstance(one, nn.Conv2d)):
            nn.init.kaiming_uniform_(convolution.weight)
            nn.init.zeros_(convolution.bias)  # type: ignore[arg-type] # each has one
        nn.init.normal_(final.weight, std=0.01)
        nn.init.zeros_(final.bias)  # type: ignore[arg-type]
        # with a ReLU a class whose logit is 0 everywhere has no gradient, and never learns again
        last = nn.ReLU() if options.relu else nn.Identity()
        classifier = nn.Sequential(nn.Dropout(0.5), final, last, nn.AdaptiveAvgPool2d((1, 1)))
        return chain(_HEAD, options, {"features": features, "classifier": classifier, "flatten": nn.Flatten()})

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
