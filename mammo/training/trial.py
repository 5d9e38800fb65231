"""How long a step of a training takes on this machine, found out by taking a few."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING

import torch
from torch import nn

from mammo.models import MODELS, HeadOptions
from mammo.training.fine_tuning import trainable_groups
from mammo.training.forward import autocast, device_of
from mammo.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from mammo.training.config import TrainingConfig

_MOST_SECONDS = 8.0
_MOST_STEPS = 4
_MOST_IMAGES = {"cpu": 8, "cuda": 256}  # in a step; on a CPU more of them take as long each


def trial_seconds_per_image(
    config: TrainingConfig, class_count: int, *, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Learn from noise for a few steps, with random weights that are thrown away; the first one only warms up.

    The whole network learns, also where the training freezes a part: ``images_seen`` counts in such images.

    Args:
        config: Of the training; its batches are cut to what a few seconds bear.
        class_count: Classes to tell apart.
        clock: Seconds.
    """
    whole = config.model_copy(update={"frozen": False, "cached_features": 0})
    device, spec, threads = device_of(), MODELS[config.model], torch.get_num_threads()
    if config.threads:
        torch.set_num_threads(config.threads)
    try:
        network = spec.build(class_count, HeadOptions(relu=config.head_relu)).to(device)
        optimizer = OPTIMIZERS[config.optimizer].build(trainable_groups(whole, spec, network), whole)
        count = min(config.batch_size, _MOST_IMAGES[device.type])
        size = config.image_size or spec.input_size
        images = torch.rand(count, 3, size, size, device=device).contiguous(memory_format=torch.channels_last)
        labels = torch.arange(count, device=device) % class_count
        learning: list[float] = []
        changing: list[float] = []
        began = clock()
        while len(learning) <= _MOST_STEPS and (not learning or clock() - began < _MOST_SECONDS):
            start = clock()
            optimizer.zero_grad(set_to_none=True)
            with autocast(config, device):
                loss = nn.functional.cross_entropy(network(images).float(), labels)
            loss.backward()  # type: ignore[no-untyped-call]
            _wait_for(device)
            learnt = clock()
            optimizer.step()
            _wait_for(device)
            learning.append(learnt - start)
            changing.append(clock() - learnt)
    finally:
        torch.set_num_threads(threads)
    # The weights are changed once a batch, however many images it has.
    return median(learning[1:] or learning) / count + median(changing[1:] or changing) / config.batch_size


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
