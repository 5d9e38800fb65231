"""Augmenting a batch by the paper's policy: Mammo's way against torchvision's, picture by picture."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import cv2
import numpy as np
import torch
from PIL import Image
from torchvision.transforms import v2

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from benchmarks._steps import pictures
from mammo.augmentation.policy import Policy
from mammo.models import MODELS
from mammo.training.batches import LabelledImages, augmented, to_input
from mammo.training.resident_memory import keep_freed_memory

BATCH, ROUNDS = 128, 7
_SHIFT = 30 / 227  # of the side, in each direction
_GOAL = 10  # times torchvision's speed, at least
_FIGURE = Figure("images per second", "1/s")
_SPEC = MODELS["squeezenet1_1"]


def measure() -> Sequence[Row]:
    """On one thread each: a trainer has its others for the network."""
    keep_freed_memory()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    data = pictures(BATCH)
    films = [Image.fromarray(image) for image in data.images.array]
    works: dict[str, Callable[[], object]] = {
        "Mammo, stored pixels": partial(_augment, data),
        "Mammo, model's input": partial(_input, data),
        "torchvision, pictures": partial(_by_torchvision, films, _geometry()),
        "torchvision, model's input": partial(_by_torchvision, films, _whole()),
    }
    for work in works.values():
        work()
    rows = interleaved({name: partial(_round, work) for name, work in works.items()}, [_FIGURE], ROUNDS)
    rows.append(ratio(rows, "Mammo, stored pixels", "torchvision, pictures", _FIGURE.name))
    rows.append(ratio(rows, "Mammo, model's input", "torchvision, model's input", _FIGURE.name))
    rows.append(ratio(rows, "Mammo, stored pixels", "torchvision, model's input", _FIGURE.name, _GOAL))
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


BENCHMARK = Benchmark(
    f"Augmenting {BATCH} images of 227 px by rotation, reflection and translation, one thread",
    measure,
    (
        "The goal is set between stored pixels and torchvision's input; the row above it compares the same work.",
        "Left out: albumentations, which is not among the project's requirements.",
    ),
)
