"""Probabilities of a network over many prepared images, and the precision it computes in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from mammo.training.batches import LabelledImages, plain, to_input
from mammo.training.turns import turn

if TYPE_CHECKING:
    from mammo.models import ModelSpec
    from mammo.training.config import TrainingConfig

#: Gives the model's input for images from one position up to another.
Inputs = Callable[[int, int], torch.Tensor]

_BATCH = 32  # larger ones gain nothing on a CPU
_BATCH_OF_GPU = 256


def device_of(name: str = "auto") -> torch.device:
    """The device that ``name`` means: "auto" takes a GPU where there is one."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(name)


def autocast(config: TrainingConfig, device: torch.device) -> AbstractContextManager[Any]:
    """Mixed precision where products are not taken in float32."""
    precision = precision_of(config, device)
    return nullcontext() if precision == torch.float32 else torch.autocast(device.type, dtype=precision)


def precision_of(config: TrainingConfig, device: torch.device) -> torch.dtype:
    """What products are taken in; "auto" is bfloat16 where the hardware has it."""
    fits = device.type == "cuda" or _cpu_has_bf16()
    return torch.bfloat16 if config.precision == "bf16" or (config.precision == "auto" and fits) else torch.float32


def _cpu_has_bf16() -> bool:
    available = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return available and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def batch_size_for(device: torch.device) -> int:
    """Images that are looked at together."""
    return _BATCH_OF_GPU if device.type == "cuda" else _BATCH


def probabilities_of(
    model: nn.Module, data: LabelledImages, spec: ModelSpec, config: TrainingConfig, device: torch.device
) -> npt.NDArray[np.float64]:
    """Class probabilities of every image, shape (N, K), rows summing to 1; the model is left in evaluation mode."""
    model.eval()
    return probabilities_from(model, plain_inputs(data, spec, config, device), len(data), config, device)


def plain_inputs(data: LabelledImages, spec: ModelSpec, config: TrainingConfig, device: torch.device) -> Inputs:
    """Images as they were prepared, made into inputs on the host, in the precision in which they are looked at."""
    precision = precision_of(config, device)
    return lambda start, stop: to_input(plain(data, start, stop), spec.mean, spec.std, device, precision)


def probabilities_from(
    answer: Callable[[torch.Tensor], torch.Tensor],
    inputs: Inputs,
    count: int,
    config: TrainingConfig,
    device: torch.device,
) -> npt.NDArray[np.float64]:
    """Class probabilities, shape (count, K), of what ``inputs`` gives; the device is waited for once, at the end."""
    rows, batch = [], batch_size_for(device)
    with torch.no_grad():
        for start in range(0, count, batch):
            views = views_of(inputs(start, min(start + batch, count)), config.test_time_views)
            with turn(device), autocast(config, device):
                outputs = [answer(view).float().softmax(1) for view in views]
            rows.append(torch.stack(outputs).mean(0).double())
    probabilities = torch.cat(rows).cpu().numpy()
    return np.asarray(probabilities / probabilities.sum(1, keepdims=True))


def views_of(inputs: torch.Tensor, wanted: str) -> list[torch.Tensor]:
    """What is judged of each image, the answers to be averaged: itself, or its mirror images and turns as well.

    Args:
        inputs: Shape (N, C, H, W).
        wanted: The configuration's ``test_time_views``.
    """
    if wanted == "one":
        return [inputs]
    mirrors = [inputs, inputs.flip(3), inputs.flip(2), inputs.flip(2, 3)]
    if wanted == "mirrored":
        return mirrors
    turned = [view.transpose(2, 3).contiguous(memory_format=torch.channels_last) for view in mirrors]
    return [*mirrors, *turned]
