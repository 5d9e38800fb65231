"""How large a network is and what one image costs it. Only the counting itself loads torch."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from mammo.models import MODELS, HeadOptions

if TYPE_CHECKING:
    from torch import nn

    from mammo.training.config import TrainingConfig


@dataclass(frozen=True)
class NetworkShape:
    """All that the size of a network depends on."""

    model: str
    image_size: int  # side in pixels
    class_count: int
    head_relu: bool

    @classmethod
    def of(cls, config: TrainingConfig, class_count: int) -> NetworkShape:
        """The network that ``config`` trains."""
        size = config.image_size or MODELS[config.model].input_size
        return cls(config.model, size, class_count, config.head_relu)


@dataclass(frozen=True)
class NetworkSize:
    """Exact counts."""

    parameters: int
    head_parameters: int  # of the new layer
    operations: float  # floating-point ones of a forward and a backward pass of one image
    activations: int  # numbers kept between the two passes of one image
    head_inputs: int  # numbers of one image that the new layer takes


def network_size(shape: NetworkShape) -> NetworkSize:
    """Count without computing: the network is built and called on torch's "meta" device, which holds no numbers."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    spec = MODELS[shape.model]
    with torch.device("meta"):
        network = spec.build(shape.class_count, HeadOptions(relu=shape.head_relu)).eval()
    kept = _count_outputs(network)
    taken: list[int] = []
    network.get_submodule(spec.head).register_forward_pre_hook(lambda _module, inputs: taken.append(inputs[0].numel()))
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        network(torch.empty(1, 3, shape.image_size, shape.image_size, device="meta"))
    return NetworkSize(
        parameters=_numbers(network),
        head_parameters=_numbers(network.get_submodule(spec.head)),
        operations=3.0 * counter.get_total_flops(),
        activations=sum(kept),
        head_inputs=sum(taken),
    )


def network_sizes_by_child(shapes: Sequence[NetworkShape]) -> dict[NetworkShape, NetworkSize]:
    """As ``network_size`` for several, by a process of its own: this one loads no torch. Takes a few seconds."""
    command = [sys.executable, "-m", "mammo.training.network_size", json.dumps([asdict(shape) for shape in shapes])]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own arguments
    return {shape: NetworkSize(**size) for shape, size in zip(shapes, json.loads(answer.stdout), strict=True)}


def _count_outputs(network: nn.Module) -> list[int]:
    """A list that fills with the size of every layer's output when the network is called."""
    outputs: list[int] = []
    for module in network.modules():
        if not list(module.children()):
            module.register_forward_hook(lambda _module, _input, output: outputs.append(output.numel()))
    return outputs


def _numbers(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


if __name__ == "__main__":
    sizes = [network_size(NetworkShape(**shape)) for shape in json.loads(sys.argv[1])]
    sys.stdout.write(json.dumps([asdict(size) for size in sizes]))
