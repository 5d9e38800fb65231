"""Probabilities of a network over many prepared images, and the precision it computes in."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from mammo.training.batches import LabelledImages, plain, to_input

if TYPE_CHECKING:
    from mammo.models import ModelSpec
    from mammo.training.config import TrainingConfig

_BATCH = 32  # larger ones gain nothing on a CPU


def device_of(name: str = "auto") -> torch.device:
    """The device that ``name`` means: "auto" takes a GPU where there is one."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(name)


def autocast(config: TrainingConfig, device: torch.device) -> AbstractContextManager[Any]:
    """Mixed precision if the configuration asks for it and the hardware has it."""
    fits = device.type == "cuda" or _cpu_has_bf16()
    if config.precision == "bf16" or (config.precision == "auto" and fits):
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext()


def _cpu_has_bf16() -> bool:
    available = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return available and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def probabilities_of(
    model: nn.Module, data: LabelledImages, spec: ModelSpec, config: TrainingConfig, device: torch.device
) -> npt.NDArray[np.float64]:
    """Class probabilities of every image, shape (N, K), rows summing to 1; the model is left in evaluation mode."""
    model.eval()
    rows = []
    with torch.no_grad():
        for start in range(0, len(data), _BATCH):
            inputs = to_input(plain(data, start, start + _BATCH), spec.mean, spec.std, device)
            views = views_of(inputs, config.test_time_views)
            with autocast(config, device):
                outputs = [model(view).float().softmax(1) for view in views]
            rows.append(torch.stack(outputs).mean(0).double().cpu().numpy())
    probabilities = np.concatenate(rows)
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
