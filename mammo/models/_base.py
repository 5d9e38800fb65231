"""What a family of networks is, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from mammo.registry import Registry

Part = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class HeadOptions:
    """How the new classification layer is made."""

    init: Literal["glorot", "torchvision"] = "glorot"  # glorot: uniform, bias 0, as MATLAB's new layers start
    relu: bool = True  # SqueezeNet only: keep the ReLU after conv10, as the original has it


@dataclass(frozen=True)
class PretrainedWeights:
    """ImageNet weights: looked up as ``file`` in MAMMO_WEIGHTS_DIR, else downloaded from ``url``."""

    file: str
    url: str
    sha256_prefix: str  # torchvision puts the first 8 digits of the hash into the file's name
    source: str
    licence: str


@dataclass(frozen=True)
class ModelSpec:
    """A family of networks with all that training, prediction and explanation need to know of it."""

    name: str
    label: str
    build: Callable[[int, HeadOptions], nn.Module]  # number of classes -> network with random weights and a new head
    input_size: int  # side of the square input that the weights were trained for, or the paper's
    min_input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    head: str  # dotted name of the new layer; its parameters get the head's learning rate
    split: Callable[[nn.Module, str], tuple[Part, Part]]  # (model, layer) -> body up to that layer, head behind it
    cam_layers: tuple[str, ...]  # useful layers for class activation maps, the default first
    source: str
    licence: str
    weights: PretrainedWeights | None = None


MODELS: Registry[ModelSpec] = Registry("model")
