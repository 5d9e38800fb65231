"""Grad-CAM of one image and of many: against the grad-cam package, and against the bare answer, on the same network."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import median

import numpy as np
import numpy.typing as npt
import torch
import torchvision.models
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor, nn

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, median_seconds, ratio
from mammo.explanation import CAM_METHODS
from mammo.explanation.explaining import explain
from mammo.models import MODELS, ModelSpec
from mammo.models._base import HeadOptions

Heatmaps = npt.NDArray[np.float32]  # shape (N, height, width)

IMAGES, ROUNDS = 200, 5
_BATCHES = {"squeezenet1_1": 10, "alexnet": 40}  # at which both are fastest, of 1, 4, 10, 20 and 40
_CLASSES = 3
_FAMILIES = {"squeezenet1_1": 0.25, "alexnet": 0.5}  # Mammo's time at most, as a share of the package's
_SINGLE = {"squeezenet1_1": 4, "alexnet": 2}  # times the package's speed with one image, at least
_TIMES_OF_ANSWER = {"squeezenet1_1": 1.25, "alexnet": 1.8}  # that answer and map take at most
_WAYS = ("grad-cam package", "answer and map", "answer alone")
_OFTEN = 10
_WHO = ("grad-cam package", "Mammo")
_AGREEMENT = 1e-2  # of maps in [0, 1]


def measure() -> Sequence[Row]:
    """Rounds in turn; the last rows are Mammo's time as a share of the package's in the same round."""
    inputs = torch.from_numpy(np.random.default_rng(0).standard_normal((IMAGES, 3, 227, 227)).astype(np.float32))
    cases: dict[str, Callable[[], Figures]] = {}
    for name in _FAMILIES:
        cases[f"{name}, grad-cam package"], cases[f"{name}, Mammo"] = _pair(MODELS[name], inputs)
    rows = interleaved(cases, [Figure("time per image", "ms")], ROUNDS)
    for name, goal in _FAMILIES.items():
        package, own = (next(row for row in rows if row.case == f"{name}, {who}") for who in _WHO)
        shares = tuple(round(mine / theirs, 3) for mine, theirs in zip(own.rounds, package.rounds, strict=True))
        rows.append(Row(name, "Mammo's share of the package's time", median(shares), "", shares, goal))
    return [*rows, *_single_rows(inputs[:1])]


def _single_rows(image: Tensor) -> list[Row]:
    """One image, as a person opens it: the answer with its map beside the package's map and the answer alone."""
    cases: dict[str, Callable[[], Figures]] = {}
    for name in _FAMILIES:
        spec = MODELS[name]
        usual, own = _networks(spec)
        ways: dict[str, Callable[[Tensor], object]] = {
            "grad-cam package": partial(_by_package, spec, usual),
            "answer and map": partial(_answer_and_map, spec, own),
            "answer alone": partial(_answer, own),
        }
        for way, work in ways.items():
            work(image)
            cases[f"{name}, one image, {way}"] = partial(_timed_often, work, image)
    figure = Figure("time per image", "ms")
    rows = interleaved(cases, [figure], ROUNDS)
    for name, times in _SINGLE.items():
        package, both, alone = (f"{name}, one image, {way}" for way in _WAYS)
        rows.append(replace(ratio(rows, package, both, figure.name, times), case=f"{both} / package, speed"))
        rows.append(_share(rows, both, alone, _TIMES_OF_ANSWER[name]))
    return rows


def _share(rows: Sequence[Row], both: str, alone: str, goal: float) -> Row:
    """Time of ``both`` in that of ``alone``, round by round; the goal is a ceiling."""
    found = ratio(rows, both, alone, "time per image", goal)
    return replace(found, case=f"{both} / answer alone, time", at_least=False)


def _pair(spec: ModelSpec, inputs: Tensor) -> tuple[Callable[[], Figures], Callable[[], Figures]]:
    """The package on the network as torchvision makes it, Mammo on the same one as it keeps its models."""
    usual, own = _networks(spec)
    by_package, by_mammo = partial(_by_package, spec, usual), partial(_by_mammo, spec, own)
    first = inputs[: _BATCHES[spec.name]]  # warms both up too
    apart = float(np.abs(by_package(first) - by_mammo(first)).max())
    if apart > _AGREEMENT:
        raise RuntimeError(f"The two draw different maps of {spec.label}: {apart:.3g} apart.")
    return partial(_timed, by_package, inputs), partial(_timed, by_mammo, inputs)


def _networks(spec: ModelSpec) -> tuple[nn.Module, nn.Module]:
    """Torchvision's network and Mammo's, with the same random weights."""
    torch.manual_seed(0)
    usual = torchvision.models.get_model(spec.name, num_classes=_CLASSES).eval()
    own = spec.build(_CLASSES, HeadOptions(init="torchvision"))
    own.load_state_dict(usual.state_dict())
    return usual, own.to(memory_format=torch.channels_last).eval()


def _answer(network: nn.Module, image: Tensor) -> Tensor:
    with torch.no_grad():
        return network(image).softmax(1)  # type: ignore[no-any-return]


def _answer_and_map(spec: ModelSpec, network: nn.Module, image: Tensor) -> Heatmaps:
    """Both from one passage: an explanation holds the logits that it explains."""
    explanation = explain(CAM_METHODS["grad_cam"], spec, network, image)
    torch.from_numpy(explanation.logits).softmax(1)
    return explanation.heatmaps


def _timed_often(work: Callable[[Tensor], object], image: Tensor) -> Figures:
    return {"time per image": 1000 * median_seconds(lambda _number: work(image), _OFTEN)}


def _by_package(spec: ModelSpec, network: nn.Module, inputs: Tensor) -> Heatmaps:
    with GradCAM(model=network, target_layers=[network.get_submodule(spec.cam_layers[0])]) as cam:
        cam.batch_size = _BATCHES[spec.name]
        parts = torch.split(inputs, cam.batch_size)
        return np.concatenate([cam(part, [ClassifierOutputTarget(0)] * len(part)) for part in parts])


def _by_mammo(spec: ModelSpec, network: nn.Module, inputs: Tensor) -> Heatmaps:
    method = CAM_METHODS["grad_cam"]
    maps = []
    for part in torch.split(inputs, _BATCHES[spec.name]):
        found = explain(method, spec, network, part, [0] * len(part)).heatmaps
        lowest, highest = (extreme(found, axis=(1, 2), keepdims=True) for extreme in (np.min, np.max))
        maps.append((found - lowest) / np.maximum(highest - lowest, 1e-7))  # as the package scales its own
    return np.concatenate(maps)


def _timed(draw: Callable[[Tensor], Heatmaps], inputs: Tensor) -> Figures:
    began = time.perf_counter()
    draw(inputs)
    return {"time per image": 1000 * (time.perf_counter() - began) / len(inputs)}


BENCHMARK = Benchmark(
    f"Grad-CAM of one image and of {IMAGES} images of 227 px, random weights, fp32, "
    f"in batches of {' and '.join(map(str, _BATCHES.values()))}",
    measure,
    (
        "One image of SqueezeNet: the answer alone takes a fifth of the package's time, which leaves 4 x little for "
        "the map. By the profile it adds the head's way back, its enlargement, and a look whether all is finite.",
    ),
)
