"""What a family of networks is, and the table of all of them. Loads no torch: pages list models too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mammo.models._chain import split_chain
from mammo.registry import Registry

if TYPE_CHECKING:
    from torch import nn

    from mammo.models._chain import Part

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class HeadOptions:
    """How the new classification layer is made."""

    init: Literal["glorot", "torchvision"] = "glorot"  # glorot: uniform, bias 0, as MATLAB's new layers start
    relu: bool = True  # SqueezeNet only: keep the ReLU after conv10, as the original has it


def _same(key: str) -> str:
    return key


@dataclass(frozen=True)
class PretrainedWeights:
    """ImageNet weights: looked up as ``file`` in MAMMO_WEIGHTS_DIR, else downloaded from ``url``."""

    file: str
    url: str
    sha256_prefix: str  # torchvision puts the first 8 digits of the hash into the file's name
    source: str
    licence: str
    renamed: Callable[[str], str] = _same  # key in an old file -> key in today's network

    @classmethod
    def of_torchvision(cls, model: str, file: str, renamed: Callable[[str], str] = _same) -> PretrainedWeights:
        """Weights that torchvision publishes as ``file``, whose name ends with the start of its hash."""
        return cls(
            file=f"{model}-imagenet.pth",
            url=f"https://download.pytorch.org/models/{file}",
            sha256_prefix=file.removesuffix(".pth").rpartition("-")[2],
            source=f"torchvision {file}, trained on ImageNet-1k",
            licence="BSD 3-Clause; ImageNet is for research",
            renamed=renamed,
        )

    @property
    def original_file(self) -> str:
        """The file's name as torchvision has it."""
        return self.url.rpartition("/")[2]


@dataclass(frozen=True)
class WeightsRecord:
    """Where a network's first weights came from, for the job's record."""

    source: str  # a sentence part; names a file, never a folder
    sha256: str  # of the file's bytes; empty for random weights


@dataclass(frozen=True)
class ModelSpec:
    """A family of networks with all that training, prediction and explanation need to know of it.

    ``build(class_count, head_options)`` gives a network with random weights that changes no activation in place.
    """

    name: str
    label: str
    build: Callable[[int, HeadOptions], nn.Module]
    input_size: int  # side of the square input that the weights were trained for, or the paper's
    min_input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    head: str  # dotted name of the new layer; its parameters get the head's learning rate
    cam_layers: tuple[str, ...]  # useful layers for class activation maps, the default first
    source: str
    licence: str
    weights: PretrainedWeights | None = None
    split: Callable[[nn.Module, str], tuple[Part, Part]] = split_chain  # body up to and with a layer, head behind it

    def __reduce__(self) -> tuple[Callable[[str], ModelSpec], tuple[str]]:
        """Its name is what goes to another process, whatever functions it is made of."""
        return _named, (self.name,)


MODELS: Registry[ModelSpec] = Registry("model")


def _named(name: str) -> ModelSpec:
    return MODELS[name]
