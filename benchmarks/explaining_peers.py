"""Grad-CAM for many images: Mammo's own beside Captum's; ``grad_cam`` has the grad-cam package."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import torch
from torch import Tensor, nn

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from benchmarks._peers import Peer
from benchmarks._steps import CLASSES, SIDE
from mammo.explanation import CAM_METHODS
from mammo.explanation.explaining import explain
from mammo.models import MODELS, HeadOptions, ModelSpec

IMAGES, BATCH, ROUNDS = 100, 20, 5
_FAMILIES = ("squeezenet1_1", "alexnet")
_FIGURE = Figure("time per image", "ms")


def measure() -> Sequence[Row]:
    """Rounds in turn; the last rows say how many times Mammo's time Captum takes."""
    images = torch.randn(IMAGES, 3, SIDE, SIDE)
    cases = {}
    with ExitStack() as running:
        for family in _FAMILIES:
            task = {"family": family, "batch": BATCH, "images": IMAGES, "size": SIDE}
            peer = running.enter_context(Peer("benchmarks.peers.captum", task, "captum"))
            cases[f"{family}, Captum"] = partial(_by_captum, peer)
            network = MODELS[family].build(CLASSES, HeadOptions(init="torchvision"))
            own = partial(_by_mammo, MODELS[family], network.to(memory_format=torch.channels_last).eval(), images)
            own()  # oneDNN prepares its kernels
            cases[f"{family}, Mammo"] = own
        rows = interleaved(cases, [_FIGURE], ROUNDS)
    rows += [ratio(rows, f"{family}, Captum", f"{family}, Mammo", _FIGURE.name) for family in _FAMILIES]
    return rows


def _by_captum(peer: Peer) -> Figures:
    return {_FIGURE.name: 1000 * peer.round()["seconds"] / IMAGES}


def _by_mammo(spec: ModelSpec, network: nn.Module, images: Tensor) -> Figures:
    began = time.perf_counter()
    for part in torch.split(images, BATCH):
        explain(CAM_METHODS["grad_cam"], spec, network, part, [0] * len(part))
    return {_FIGURE.name: 1000 * (time.perf_counter() - began) / IMAGES}


BENCHMARK = Benchmark(
    f"Grad-CAM of {IMAGES} images of {SIDE} px, random weights, batches of {BATCH}, float32, beside Captum",
    measure,
    ("Captum gives the maps only; Mammo the probabilities too.",),
)
