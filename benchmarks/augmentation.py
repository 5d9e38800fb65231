"""Augmenting a batch by the paper's policy: Mammo beside torchvision, albumentations and MONAI."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

import cv2
import numpy as np
import torch
from PIL import Image
from torchvision.transforms import v2

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from benchmarks._peers import Peer
from benchmarks._steps import SIDE, pictures
from mammo.augmentation.policy import Policy
from mammo.models import MODELS
from mammo.training.batches import LabelledImages, augmented, to_input
from mammo.training.resident_memory import keep_freed_memory

BATCH, ROUNDS = 128, 7
_SHIFT = 30 / 227  # of the side, in each direction
_OVER_TORCHVISION, _OVER_ALBUMENTATIONS = 10, 2.5  # times their speed, at least
_PEERS = {"albumentations, model's input": "albumentations", "MONAI, model's input": "monai"}
_FIGURE = Figure("images per second", "1/s")
_SPEC = MODELS["squeezenet1_1"]


def measure() -> Sequence[Row]:
    """On one thread each: a trainer has its others for the network."""
    keep_freed_memory()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    data = pictures(BATCH)
    gray = [Image.fromarray(image) for image in data.images.array]
    works: dict[str, Callable[[], object]] = {
        "Mammo, stored pixels": partial(_augment, data),
        "Mammo, model's input": partial(_input, data),
        "torchvision, gray pictures": partial(_by_torchvision, gray, _geometry()),
        "torchvision, gray, model's input": partial(_by_torchvision, gray, _whole()),
        "torchvision, RGB, model's input": partial(_by_torchvision, [one.convert("RGB") for one in gray], _whole()),
    }
    for work in works.values():
        work()
    cases = {name: partial(_round, work) for name, work in works.items()}
    with ExitStack() as running:
        for name, program in _PEERS.items():
            task = {"batch": BATCH, "size": SIDE}
            peer = running.enter_context(Peer(f"benchmarks.peers.{program}", task, program))
            cases[name] = partial(_peer_round, peer)
            peer.round()
        rows = interleaved(cases, [_FIGURE], ROUNDS)
    for own, other, goal in (
        ("Mammo, stored pixels", "torchvision, gray pictures", None),
        ("Mammo, model's input", "torchvision, gray, model's input", None),
        ("Mammo, stored pixels", "torchvision, RGB, model's input", _OVER_TORCHVISION),
        ("Mammo, model's input", "torchvision, RGB, model's input", None),
        ("Mammo, model's input", "albumentations, model's input", _OVER_ALBUMENTATIONS),
        ("Mammo, model's input", "MONAI, model's input", None),
    ):
        rows.append(ratio(rows, own, other, _FIGURE.name, goal))
    return rows


def _augment(data: LabelledImages) -> np.ndarray:
    return augmented(data, np.arange(BATCH), Policy.of("paper"), seed=0, epoch=0)


def _input(data: LabelledImages) -> torch.Tensor:
    return to_input(_augment(data), _SPEC.mean, _SPEC.std)


def _geometry() -> v2.Transform:
    affine = v2.RandomAffine(180, translate=(_SHIFT, _SHIFT), interpolation=v2.InterpolationMode.BILINEAR)
    return v2.Compose([v2.RandomHorizontalFlip(), affine])


def _whole() -> v2.Transform:
    normalize = v2.Normalize(list(_SPEC.mean), list(_SPEC.std))
    return v2.Compose([_geometry(), v2.ToImage(), v2.Grayscale(3), v2.ToDtype(torch.float32, scale=True), normalize])


def _by_torchvision(films: Sequence[Image.Image], transform: v2.Transform) -> object:
    done = [transform(film) for film in films]
    return torch.stack(done) if isinstance(done[0], torch.Tensor) else done


def _round(work: Callable[[], object]) -> Figures:
    began = time.perf_counter()
    work()
    return {_FIGURE.name: BATCH / (time.perf_counter() - began)}


def _peer_round(peer: Peer) -> Figures:
    return {_FIGURE.name: BATCH / peer.round()["seconds"]}


BENCHMARK = Benchmark(
    f"Augmenting {BATCH} images of 227 px by rotation, reflection and translation, one thread",
    measure,
    (
        "torchvision's goal is set between stored pixels, which Mammo turns into input by one table for the batch, and "
        "its input from RGB pictures, as its ImageFolder opens films; the other rows compare the same work.",
        "albumentations and MONAI get gray pictures and make three channels of them last, which is their quickest way.",
    ),
)
