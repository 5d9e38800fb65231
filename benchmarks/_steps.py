"""One step of training, as Mammo takes it and as it is usually written; and random pictures to take it with."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
import torchvision.models
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from mammo.models import MODELS, HeadOptions
from mammo.training.batches import LabelledImages, to_input
from mammo.training.config import TrainingConfig
from mammo.training.forward import autocast
from mammo.training.optimizers import OPTIMIZERS
from mammo.training.prepared import PreparedImages

CLASSES, SIDE = 3, 227
_CPU = torch.device("cpu")

Step = Callable[[], None]


def pictures(count: int) -> LabelledImages:
    """Random 8-bit pictures with random labels: speed does not depend on what they show."""
    rng = np.random.default_rng(0)
    array = rng.integers(0, 256, (count, SIDE, SIDE), np.uint8)
    labels = rng.integers(0, CLASSES, count)
    return LabelledImages(PreparedImages(array, np.arange(count), ()), labels, tuple(map(str, range(count))))


def network(family: str) -> nn.Module:
    """A network with random weights, ready to be trained."""
    torch.manual_seed(0)
    return MODELS[family].build(CLASSES, HeadOptions(init="torchvision")).train()


def usual_network(family: str) -> nn.Module:
    """Torchvision's, where ``network`` gives Mammo's."""
    torch.manual_seed(0)
    return torchvision.models.get_model(family, num_classes=CLASSES).train()  # type: ignore[no-any-return]


def usual_step(model: nn.Module, batch: int) -> Step:
    """Float32, channels first, torch's default Adam: what a plain loop does."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-5)
    inputs, target = torch.randn(batch, 3, SIDE, SIDE), torch.randint(0, CLASSES, (batch,))

    def step() -> None:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), target).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step


def optimizer_of(model: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """Mammo's, over all parameters."""
    groups = [{"params": list(model.parameters()), "lr": 1e-5, "weight_decay": 0.0}]
    return OPTIMIZERS[config.optimizer].build(groups, config)


def own_step(family: str, config: TrainingConfig) -> Step:
    """Mammo's layout, precision and optimizer, on one batch that is already a tensor."""
    spec = MODELS[family]
    model = network(family).to(memory_format=torch.channels_last)
    optimizer = optimizer_of(model, config)
    data = pictures(config.batch_size)
    inputs, target = to_input(data.images.array, spec.mean, spec.std), torch.from_numpy(data.labels)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        with autocast(config, _CPU):
            logits = model(inputs)
        nn.functional.cross_entropy(logits.float(), target).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step


def bare_step(family: str, config: TrainingConfig) -> Step:
    """What no step of this network in bf16 can do without: convolutions and products of its shapes, and the update."""
    model = network(family)
    optimizer = optimizer_of(model, config)
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    products = _products(family, config.batch_size)

    def step() -> None:
        for layer, inputs, gradient in products:
            layer.zero_grad(set_to_none=True)
            inputs.grad = None
            layer(inputs).backward(gradient)
        optimizer.step()

    return step


def _products(family: str, batch: int) -> list[tuple[nn.Module, Tensor, Tensor]]:
    """Every layer that multiplies, with an input and a gradient of the shapes that it meets; the pictures need none."""
    model = network(family).to(torch.bfloat16, memory_format=torch.channels_last)  # type: ignore[call-overload]
    met: list[tuple[nn.Module, Tensor, Tensor]] = []

    def meet(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        met.append((layer, inputs[0].detach().requires_grad_(bool(met)), torch.randn_like(output)))

    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(meet)
    first = torch.randn(batch, 3, SIDE, SIDE, dtype=torch.bfloat16).to(memory_format=torch.channels_last)
    with torch.no_grad():
        model(first)
    for layer, _, _ in met:
        layer._forward_hooks.clear()
    return met


def timed(step: Step) -> float:
    """Seconds that one step takes."""
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def operations(family: str) -> float:
    """Floating-point operations of one image, forward and backward."""
    with FlopCounterMode(display=False) as counter:
        usual_step(network(family), 2)()
    return float(counter.get_total_flops()) / 2
