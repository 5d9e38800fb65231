"""Whether bf16 costs accuracy: the same trainings in both precisions over several seeds, tested on unseen women."""

from __future__ import annotations

import copy
import math
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median, stdev

import numpy as np
import torch

from benchmarks._frame import Benchmark, Row
from mammo.datasets import CLASS_NAMES, LabelPolicy
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.explanation import CAM_METHODS
from mammo.explanation.explaining import explain
from mammo.inference import load_models
from mammo.phantoms.options import PhantomOptions
from mammo.phantoms.writing import write_phantoms
from mammo.training.batches import to_input
from mammo.training.config import TrainingConfig
from mammo.training.fit import Metric
from mammo.training.items import by_part
from mammo.training.prepared import prepare_images
from mammo.training.presets import PRESETS
from mammo.training.procedure import PartPredictions, TrainingFolders, train_and_evaluate
from mammo.training.series import TrainingSource, series_of

SEEDS = 5
#: Standard errors of the difference of two means of seeds, that the precisions may be apart.
_NOISE = 2
_LEARNT = 0.1  # of balanced accuracy above chance, at least, for a verdict to mean something
_LIKENESS = 0.999  # of heat maps, at least, for a bf16 copy to explain and predict
_PRECISIONS = ("fp32", "bf16")
_SCORES = ("balanced accuracy", "log loss")
_SHARED = Path(__file__).parents[2] / "shared"  # development data beside the project, where there is some
_FRACTIONS = (0.6, 0.1, 0.3)


@dataclass(frozen=True)
class Trial:
    """Trainings of one kind on one data set."""

    name: str
    config: TrainingConfig  # seed and precision are put over it
    source: TrainingSource
    weights: Path


@dataclass(frozen=True)
class _Deaf:
    """Listens to nothing."""

    def should_stop(self) -> bool:
        return False

    def metrics(self, rows: Sequence[Metric]) -> None: ...
    def progress(self, share: float, note: str) -> None: ...
    def checkpoint_kept(self) -> None: ...


def measure() -> Sequence[Row]:
    """Scores of the test part, seed by seed, and how far the precisions are apart."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="mammo-bench-") as folder:
        for trial in _trials(Path(folder)):
            found = scores_of(trial, Path(folder) / trial.name, SEEDS)
            for score in _SCORES:
                rows += compared(trial.name, score, *(tuple(found[one][score]) for one in _PRECISIONS))
            rows.append(learnt(trial.name, found["fp32"]["balanced accuracy"], len(CLASS_NAMES)))
            rows.append(_maps(trial, Path(folder) / trial.name / "fp32-0"))
    return rows


def _trials(folder: Path) -> list[Trial]:
    write_phantoms(folder / "films", PhantomOptions(patients=120, seed=1))
    demo = {"image_size": 96, "epochs": 12, "checkpoint_every": 1_000_000}
    trials = [Trial("phantoms", PRESETS["demo"].config(demo), _source(folder / "films", "case"), folder)]
    films, weights = _SHARED / "data" / "mias-dev", Path(os.environ.get("MAMMO_WEIGHTS_DIR", _SHARED / "weights"))
    if films.is_dir() and (weights / "squeezenet1_1-imagenet.pth").is_file():
        regions = {"region": "lesion", "position_control": False, "test_time_views": "one"}
        short = {**regions, "image_size": 96, "epochs": 25, "checkpoint_every": 1_000_000}
        trials.append(Trial("mias-dev", PRESETS["recommended"].config(short), _source(films, "case"), weights))
    else:
        print("Only phantoms: the development films or ImageNet weights of SqueezeNet are not here.")
    return trials


def _source(folder: Path, policy: LabelPolicy) -> TrainingSource:
    samples = import_collection(folder).samples
    split = split_samples(samples, by="patient", fractions=_FRACTIONS, policy=policy, seed=1)
    return TrainingSource(samples, split.assignment, policy)


def scores_of(trial: Trial, folder: Path, seeds: int) -> dict[str, dict[str, list[float]]]:
    """Scores by precision and name, one for each seed; the two precisions of a seed are trained one after the other."""
    found: dict[str, dict[str, list[float]]] = {one: {score: [] for score in _SCORES} for one in _PRECISIONS}
    for seed in range(seeds):
        for precision in _PRECISIONS:
            job = folder / f"{precision}-{seed}"
            job.mkdir(parents=True)
            config = trial.config.with_values({"seed": seed, "precision": precision})
            folders = TrainingFolders(job, folder / "prepared", trial.weights)
            outcome = train_and_evaluate(config, trial.source, folders, _Deaf())
            test = next(one for one in outcome.predictions if one.part == "test")
            for score, value in zip(_SCORES, _scores(test), strict=True):
                found[precision][score].append(round(value, 5))
    return found


def _scores(test: PartPredictions) -> tuple[float, float]:
    called = test.probabilities.argmax(1)
    found = [float((called[test.truth == label] == label).mean()) for label in np.unique(test.truth)]
    true = np.clip(test.probabilities[np.arange(len(test.truth)), test.truth], 1e-12, 1)
    return fmean(found), float(-np.log(true).mean())


def compared(name: str, score: str, fp32: tuple[float, ...], bf16: tuple[float, ...]) -> list[Row]:
    """The scores of both, and their difference with a verdict."""
    rows = [
        Row(f"{name}, {precision}", f"{score}, spread {stdev(values):.3f}", round(fmean(values), 4), "", values)
        for precision, values in zip(_PRECISIONS, (fp32, bf16), strict=True)
    ]
    apart, verdict = verdict_on(fp32, bf16)
    differences = tuple(round(two - one, 5) for one, two in zip(fp32, bf16, strict=True))
    return [
        *rows,
        Row(f"{name}: {verdict}", f"{score}, standard errors apart", round(apart, 3), "", differences, _NOISE),
    ]


def learnt(name: str, fp32: Sequence[float], classes: int) -> Row:
    """How far the trainings are above chance: where nothing is learnt, no precision can spoil it."""
    above = tuple(round(value - 1 / classes, 5) for value in fp32)
    return Row(
        f"{name}, fp32", "balanced accuracy above chance", round(fmean(above), 4), "", above, _LEARNT, at_least=True
    )


def verdict_on(fp32: Sequence[float], bf16: Sequence[float]) -> tuple[float, str]:
    """How many standard errors the means are apart, and what that says."""
    error = math.sqrt((stdev(fp32) ** 2 + stdev(bf16) ** 2) / len(fp32))
    difference = abs(fmean(bf16) - fmean(fp32))
    apart = difference / error if error else math.inf * difference if difference else 0.0
    within = apart <= _NOISE
    return apart, "bf16 is within the noise of seeds" if within else "bf16 differs by more than the noise of seeds"


def _maps(trial: Trial, job: Path) -> Row:
    """How like the heat maps of a trained network are to those of its bf16 copy, over the test part."""
    (model,) = load_models(job)
    series = series_of(trial.config, trial.source, model.class_names)[0]
    items = by_part(series.items, trial.source.assignment)
    images = prepare_images(items["test"], model.pipeline, job.parent / "prepared")
    low = copy.deepcopy(model.network).to(torch.bfloat16)
    method, likeness = CAM_METHODS["grad_cam"], []
    for place in range(len(images)):
        image = to_input(images[place][np.newaxis], model.pipeline.mean, model.pipeline.std)
        full = explain(method, model.spec, model.network, image)
        half = explain(method, model.spec, low, image.bfloat16(), full.explained_labels.tolist())
        if full.heatmaps.std():  # a map that points nowhere has no likeness
            maps = full.heatmaps.ravel(), half.heatmaps.ravel()
            likeness.append(float(np.corrcoef(*maps)[0, 1]) if half.heatmaps.std() else 0.0)
    lowest, middle = min(likeness), median(likeness)
    figure = "least correlation of Grad-CAM maps; rounds: least, median"
    rounds = (round(lowest, 5), round(middle, 5))
    return Row(f"{trial.name}, bf16 copy", figure, rounds[0], "", rounds, _LIKENESS, at_least=True)


BENCHMARK = Benchmark(
    f"Scores of bf16 and fp32 over {SEEDS} seeds each, on the test part",
    measure,
    (
        f"Apart by at most {_NOISE} standard errors, bf16 may be a preset's default; {SEEDS} seeds tell no small loss.",
        "In the rows of a verdict, the rounds are the differences seed by seed.",
    ),
)
