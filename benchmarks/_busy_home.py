"""A server that has been used for a while: thousands of films, hundreds of trainings, one still running."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mammo.config import Settings, settings
from mammo.datasets.importing import ImportResult, import_collection
from mammo.datasets.splitting import Split, labels_of, split_samples
from mammo.evaluation.evaluation import evaluate
from mammo.jobs.workers import this_process
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import MetricRow, NewJob, PredictionRecord, Store, open_store
from mammo.training.presets import PRESETS

IMAGES, JOBS, POINTS = 10_000, 200, 540
DATA_SET = "films"
_WOMEN_DRAWN = 10
_CLASSES = ("normal", "benign", "malignant")
_VALIDATED_EVERY = 50


@dataclass(frozen=True)
class BusyHome:
    """An installation, and what its pages are asked for."""

    settings: Settings
    finished: int  # a finished training with predictions
    running: int


@contextmanager
def busy_home(images: int = IMAGES, jobs: int = JOBS, points: int = POINTS) -> Iterator[BusyHome]:
    """An installation with so many films, finished trainings and points of each one's loss; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mammo-bench-", dir=".") as folder:
        where = settings({"MAMMO_HOME": str(Path(folder).absolute() / "home")})
        store = open_store(where)
        imported = _films(Path(folder).absolute() / "films", images)
        store.data_sets.add(DATA_SET, Path(folder).absolute() / "films", imported, by="bench")
        split = split_samples(imported.samples, by="patient", policy="case")
        name = store.splits.add(DATA_SET, split, by="bench").name
        predictions = _predictions(imported, split)
        result = _result(predictions)
        finished = [_train(store, name, number, points) for number in range(jobs)]
        for job, attempt in finished:
            store.predictions.save(job, attempt, predictions)
            store.jobs.finish(job, attempt, result, {"family": "small", "class_names": list(_CLASSES)})
        running, _ = _train(store, name, jobs, points // 2)
        store.close()
        yield BusyHome(where, finished[-1][0], running)


def _films(folder: Path, images: int) -> ImportResult:
    """A few drawn films, each of which stands there many times under other names, of other women."""
    drawn = folder / "drawn"
    write_phantoms(drawn, PhantomOptions(patients=_WOMEN_DRAWN, pitch_mm=1.0), processes=os.cpu_count() or 1)
    originals = import_collection(drawn)
    samples = []
    for turn in range(-(-images // len(originals.samples))):
        for one in originals.samples:
            path = folder / f"{turn:04d}" / one.id
            path.parent.mkdir(parents=True, exist_ok=True)
            path.hardlink_to(one.path)
            samples.append(
                replace(
                    one,
                    id=f"{turn:04d}/{one.id}",
                    path=path,
                    patient_id=f"{turn:04d}-{one.patient_id}",
                    sha256=f"{turn:08x}{one.sha256[8:]}",  # as if each were a picture of its own
                    lesions=(),
                )
            )
    return replace(originals, samples=tuple(sorted(samples[:images], key=lambda one: one.id)), refused=())


def _predictions(imported: ImportResult, split: Split) -> list[PredictionRecord]:
    rng = np.random.default_rng(0)
    labels = labels_of(imported.samples, "case")
    rows = []
    for sample in imported.samples:
        part = split.assignment.get(sample.id)
        if part in {"validation", "test"}:
            truth = _CLASSES.index(labels[sample.id])
            shares = rng.dirichlet(np.ones(3) + 2 * np.eye(3)[truth])
            rows.append(PredictionRecord(part, 0, sample.id, sample.id, sample.patient_id, truth, tuple(shares)))
    return rows


def _result(predictions: list[PredictionRecord]) -> dict[str, object]:
    found = {}
    for part in ("validation", "test"):
        rows = [one for one in predictions if one.part == part]
        truth = np.array([one.truth for one in rows])
        patients = [one.patient_id for one in rows]
        found[part] = evaluate(truth, np.array([one.probabilities for one in rows]), patients, _CLASSES).to_json()
    return {**found, "notes": []}


def _train(store: Store, split: str, number: int, points: int) -> tuple[int, int]:
    """A training in hand with so many points of its loss, and validations among them."""
    config = PRESETS["demo"].config({"seed": number, "epochs": 10}).to_dict()
    job = store.jobs.submit(NewJob("training", config, "bench", DATA_SET, split))
    attempt = store.jobs.start(job.id, this_process("bench"))
    store.jobs.begin(job.id, attempt, {})
    rows = [MetricRow(0, step, "train_loss", 1.1 / (1 + step / 100)) for step in range(1, points + 1)]
    for step in range(_VALIDATED_EVERY, points + 1, _VALIDATED_EVERY):
        rows += [MetricRow(0, step, name, 0.5) for name in ("validation_loss", "validation_balanced_accuracy")]
        rows += [MetricRow(0, step, f"validation_count.{at // 3}.{at % 3}", 9.0) for at in range(9)]
    store.jobs.record_metrics(job.id, attempt, rows)
    store.jobs.report_progress(job.id, attempt, 0.5, "epoch 5 of 10")
    return job.id, attempt
