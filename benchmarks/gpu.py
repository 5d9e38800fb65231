"""Training on one GPU: the paper's iterations and four runs, the recorded step against the ordinary one, the floor."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from benchmarks._frame import Benchmark, Figure, Figures, Row, interleaved, ratio
from benchmarks._steps import CLASSES, network, operations, optimizer_of, pictures
from mammo.models import MODELS
from mammo.training.batches import LabelledImages
from mammo.training.checkpoint import CheckpointShelf
from mammo.training.config import TrainingConfig
from mammo.training.engine import Engine, engine_for
from mammo.training.feeding import DeviceFeed
from mammo.training.fit import Metric, TrainingParts, fit
from mammo.training.forward import probabilities_of
from mammo.training.presets import PRESETS
from mammo.training.steps import Steps
from mammo.training.torch_settings import set_up_torch

ROUNDS = 5
RUNS = tuple(name for name in PRESETS if name.startswith("paper-"))
_RECORDED_AFTER = 5  # steps: three as usual, one that is recorded, one more


@dataclass(frozen=True)
class Work:
    """How much is done."""

    images: int = 6972  # of the paper's training part
    validation_images: int = 775
    test_images: int = 1937
    batch_size: int = 128
    steps: int = 200  # of a measured row of steps


@dataclass(frozen=True)
class Family:
    """A network with what theory says of it: bytes of activations of 128 images, with all that can be fused fused."""

    preset: str
    activation_bytes: float
    run_goal_s: float = 1.2  # of the paper's iterations, at most
    recorded_goal: float = 1.0  # times the ordinary step's speed, at least


FAMILIES = {
    "alexnet": Family("paper-alexnet-adam", 0.70e9),
    "squeezenet1_1": Family("paper-squeezenet-adam", 3.58e9, recorded_goal=1.5),
}
UPDATED = "alexnet"  # whose parameters show how fast weights are changed: 57 million
_RUNS_GOAL_S, _UPDATE_SHARE = 60.0, 0.8
_STEP = "time of an iteration"
_TRAFFIC = "bytes read and written"
_ADAM_BYTES = 28  # read and written for each parameter: weight, gradient and two moments of four bytes


@dataclass
class _Clock:
    """Listens to a training; the time runs from when its step has been recorded."""

    device: torch.device
    steps: int = 0
    began: float = 0.0

    def should_stop(self) -> bool:
        if self.steps == _RECORDED_AFTER:
            _wait(self.device)
            self.began = time.perf_counter()
        self.steps += 1
        return False

    def metrics(self, rows: Sequence[Metric]) -> None: ...
    def progress(self, share: float, note: str) -> None: ...
    def checkpoint_kept(self) -> None: ...


def measure() -> Sequence[Row]:
    """Nothing without a GPU."""
    if not torch.cuda.is_available():
        print("There is no GPU here: nothing is measured. Run this where torch.cuda.is_available() is true.")
        return []
    device = torch.device("cuda")
    return measured_on(device, engine_for(device), Work())


def measured_on(device: torch.device, engine: Engine, work: Work) -> Sequence[Row]:
    """All rows, on any device; the ratios are taken within each round."""
    rows: list[Row] = []
    for precision in ("bf16", "fp32"):
        for name, family in FAMILIES.items():
            config = _config(family, work, precision)
            case = f"{name}, {precision}"
            cases: dict[str, Callable[[], Figures]] = {
                f"{case}, ordinary step": partial(_steps, name, config, device, replace(engine, record=None), work),
                f"{case}, recorded step": partial(_steps, name, config, device, engine, work),
                f"{case}, training": partial(_training, name, config, device, engine, work),
                f"{case}, floor": partial(_floor, name, family, device, work),
            }
            goal = family.run_goal_s if precision == "bf16" else None
            figures = [Figure(_STEP, "ms"), Figure("540 iterations with validations", "s", goal)]
            figures += [Figure("operations", "GFLOP"), Figure("bytes at least", "GB")]
            found = interleaved(cases, figures, ROUNDS)
            at_least = family.recorded_goal if precision == "bf16" else None
            found.append(_times(found, f"{case}, ordinary step", f"{case}, recorded step", at_least))
            found.append(_times(found, f"{case}, recorded step", f"{case}, training", 0.97))
            found.append(_times(found, f"{case}, floor", f"{case}, recorded step", None))
            rows += found
    return [*rows, *_update_rows(device), *_run_rows(device, engine, work)]


def _update_rows(device: torch.device) -> list[Row]:
    """Adam waits for memory only: its bytes per second beside those of a copy."""
    update, copy = f"Adam on {UPDATED}'s parameters", "copy"
    cases: dict[str, Callable[[], Figures]] = {
        update: lambda: {_TRAFFIC: _update_speed(device) / 1e9},
        copy: lambda: {_TRAFFIC: _copy_speed(device) / 1e9},
    }
    rows = interleaved(cases, [Figure(_TRAFFIC, "GB/s")], ROUNDS)
    return [*rows, ratio(rows, update, copy, _TRAFFIC, _UPDATE_SHARE)]


def _run_rows(device: torch.device, engine: Engine, work: Work) -> list[Row]:
    """The paper's table from prepared images: four networks built, trained, validated and tested."""
    parts = pictures(work.images), pictures(work.validation_images), pictures(work.test_images)
    case = f"{len(RUNS)} runs of the paper, precision auto"

    def run() -> Figures:
        return {"seconds": sum(_run_seconds(name, device, engine, *parts) for name in RUNS)}

    return interleaved({case: run}, [Figure("seconds", "s", _RUNS_GOAL_S)], ROUNDS)


def _times(rows: Sequence[Row], slow: str, fast: str, goal: float | None) -> Row:
    """How many times the speed of ``slow`` that of ``fast`` is: the time of the one over that of the other."""
    return replace(ratio(rows, slow, fast, _STEP, goal), case=f"{fast} / {slow}", figure="speed, ratio")


def _config(family: Family, work: Work, precision: str) -> TrainingConfig:
    values = {"weights": "none", "precision": precision, "batch_size": work.batch_size, "learning_rate": 1e-5}
    return PRESETS[family.preset].config({**values, "checkpoint_every": 1_000_000, "deterministic": False})


def _parts(name: str, device: torch.device, engine: Engine, work: Work, *, validates: bool) -> TrainingParts:
    validation = pictures(work.validation_images) if validates else None
    return TrainingParts(MODELS[name], network(name), pictures(work.images), validation, CLASSES, device, engine=engine)


def _steps(name: str, config: TrainingConfig, device: torch.device, engine: Engine, work: Work) -> Figures:
    """Steps on one batch that lies on the device."""
    torch.backends.cudnn.benchmark = True
    parts = _parts(name, device, engine, replace(work, images=work.batch_size), validates=False)
    parts.model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    batch = DeviceFeed(config, parts, engine).batch(0, 0)
    steps = Steps(config, parts, parts.model, engine, work.steps + _RECORDED_AFTER)
    for number in range(_RECORDED_AFTER):
        steps.take(batch, number)
    _wait(device)
    began = time.perf_counter()
    for number in range(work.steps):
        steps.take(batch, number + _RECORDED_AFTER)
    _wait(device)
    return {_STEP: 1000 * (time.perf_counter() - began) / work.steps}


def _training(name: str, config: TrainingConfig, device: torch.device, engine: Engine, work: Work) -> Figures:
    """The paper's iterations from images in the host's memory, without and with its validations."""
    bare = _iteration_seconds(name, config, device, engine, work, validates=False)
    whole = _iteration_seconds(name, config, device, engine, work, validates=True)
    return {_STEP: 1000 * bare, "540 iterations with validations": 540 * whole}


def _iteration_seconds(
    name: str, config: TrainingConfig, device: torch.device, engine: Engine, work: Work, *, validates: bool
) -> float:
    torch.backends.cudnn.benchmark = True
    clock = _Clock(device)
    parts = _parts(name, device, engine, work, validates=validates)
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        fit(config, parts, CheckpointShelf(Path(folder) / "checkpoints"), clock)
    _wait(device)
    return (time.perf_counter() - clock.began) / (clock.steps - _RECORDED_AFTER)


def _run_seconds(
    preset: str,
    device: torch.device,
    engine: Engine,
    train: LabelledImages,
    validation: LabelledImages,
    test: LabelledImages,
) -> float:
    began = time.perf_counter()
    config = PRESETS[preset].config({"weights": "none"})
    set_up_torch(config)
    parts = TrainingParts(
        MODELS[config.model], network(config.model), train, validation, CLASSES, device, engine=engine
    )
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        fit(config, parts, CheckpointShelf(Path(folder) / "checkpoints"), _Clock(device))
    probabilities_of(parts.model, test, parts.spec, config, device)
    return time.perf_counter() - began


def _update_speed(device: torch.device) -> float:
    """Bytes per second that Adam's update reads and writes."""
    model = network(UPDATED).to(device)
    parameters = list(model.parameters())
    for one in parameters:
        one.grad = torch.zeros_like(one)
    optimizer = optimizer_of(model, TrainingConfig(optimizer="adam"))
    optimizer.step()  # makes its states
    return _ADAM_BYTES * sum(one.numel() for one in parameters) / _best_seconds(optimizer.step, device)


def _floor(name: str, family: Family, device: torch.device, work: Work) -> Figures:
    """What no step can beat: products as fast as a large one, or bytes as fast as a copy; then Adam's bytes."""
    operations_per_s, bytes_per_s = _product_speed(device), _copy_speed(device)
    computed, moved = work.batch_size * operations(name), work.batch_size / 128 * family.activation_bytes
    updated = _ADAM_BYTES * sum(one.numel() for one in network(name).parameters())
    seconds = max(computed / operations_per_s, moved / bytes_per_s) + updated / bytes_per_s
    return {_STEP: 1000 * seconds, "operations": computed / 1e9, "bytes at least": (moved + updated) / 1e9}


def _product_speed(device: torch.device) -> float:
    """bf16 operations per second of a large product of matrices."""
    side = 8192 if device.type == "cuda" else 512
    left, right = (torch.randn(side, side, dtype=torch.bfloat16, device=device) for _ in range(2))
    return float(2 * side**3 / _best_seconds(lambda: left @ right, device))


def _copy_speed(device: torch.device) -> float:
    """Bytes read and written per second."""
    source = torch.zeros(1 << (30 if device.type == "cuda" else 24), dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    return 2 * source.numel() / _best_seconds(lambda: target.copy_(source), device)


def _best_seconds(work: Callable[[], object], device: torch.device) -> float:
    times = []
    for _ in range(8):
        _wait(device)
        began = time.perf_counter()
        work()
        _wait(device)
        times.append(time.perf_counter() - began)
    return min(times)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


BENCHMARK = Benchmark(
    "Training on one GPU with batches of 128 images of 227 px, all images on the device",
    measure,
    (
        "A row of training starts when its step has been recorded; preparing images and starting CUDA are left out.",
        "The floor takes the speeds of a large product and of a copy on this GPU, and bytes as if all were fused.",
        "The runs of the paper begin with images in the host's memory and random weights, and end with the test.",
        "Left out: other frameworks, which gpu_peers measures.",
    ),
)
