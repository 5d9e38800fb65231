"""The whole of one training: prepare, fine-tune (each fold), predict, score; resumable at every point."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from mammo.files import write_json
from mammo.models import MODELS, HeadOptions
from mammo.models.weights import create_model, fetch_weights
from mammo.training.batches import LabelledImages
from mammo.training.checkpoint import CheckpointShelf
from mammo.training.doubts import check_doubts
from mammo.training.fit import FitResult, Reporter, TrainingParts, fit
from mammo.training.forward import device_of, probabilities_of
from mammo.training.items import Item, by_part
from mammo.training.model_folder import TrainedModel, write_model
from mammo.training.preparation import pipeline_of
from mammo.training.prepared import PreparedImages, prepare_images
from mammo.training.series import Series, TrainingSource, assignments_of, check_classes, class_names_for, series_of
from mammo.training.torch_settings import set_up_torch

if TYPE_CHECKING:
    from mammo.training.config import TrainingConfig


@dataclass(frozen=True)
class TrainingFolders:
    """Where a training reads and writes."""

    job: Path
    prepared: Path
    weights: Path


@dataclass(frozen=True)
class PartPredictions:
    """PartPredictions of one part by one fold's model."""

    part: str
    fold: int
    ids: tuple[str, ...]  # N item ids
    sample_ids: tuple[str, ...]
    patients: tuple[str, ...]
    truth: npt.NDArray[np.int64]  # shape (N,)
    probabilities: npt.NDArray[np.float64]  # shape (N, K)


@dataclass(frozen=True)
class TrainingOutcome:
    """What a training leaves: predictions of every part and fold, and notes for the person."""

    completed: bool
    class_names: tuple[str, ...]
    predictions: tuple[PartPredictions, ...]  # empty if not completed
    control: tuple[PartPredictions, ...]  # the same with normal regions at random places, where asked for
    notes: tuple[str, ...]


def train_and_evaluate(
    config: TrainingConfig, source: TrainingSource, folders: TrainingFolders, reporter: Reporter
) -> TrainingOutcome:
    """Carry out a training from where it stands.

    Args:
        config: All choices.
        source: Samples and their split.
        folders: The job's folder holds checkpoints, models and predictions of finished folds.
        reporter: Listens.

    Raises:
        DatasetError: If there is nothing to learn from, a class is missing from the training part, or the data leave a
            doubt that the configuration does not accept.
        TrainingError: If a source file is gone or changed, or the loss is not finite.
        CheckpointError: If a checkpoint can't be written, or none of several is whole.
        SettingsError: If pretrained weights are nowhere to be had.
    """
    check_doubts(config, source)
    set_up_torch(config)
    class_names = class_names_for(config, source)
    results: list[tuple[PartPredictions, ...]] = []
    notes: list[str] = []
    for series in series_of(config, source, class_names):
        try:
            fitted = _Trainer(config, source, folders, reporter, class_names).carry_out(series)
        except _StoppedPreparingError:
            fitted = None
        if fitted is None:
            return TrainingOutcome(
                completed=False, class_names=class_names, predictions=(), control=(), notes=tuple(notes)
            )
        predictions, series_notes = fitted
        results.append(predictions)
        notes += [note for note in series_notes if note not in notes]
    control = results[1] if len(results) > 1 else ()
    return TrainingOutcome(
        completed=True, class_names=class_names, predictions=results[0], control=control, notes=tuple(notes)
    )


def prepare_all(config: TrainingConfig, source: TrainingSource, prepared: Path, reporter: Reporter) -> int | None:
    """Prepare every image that a training of ``config`` will need; return their number, None if asked to stop.

    Args:
        config: Of the training.
        source: Its samples.
        prepared: Folder of prepared arrays.
        reporter: Listens.

    Raises:
        DatasetError: If there is nothing to learn from.
        TrainingError: If a source file is gone or has changed (code "source_missing").
    """
    pipeline, names = pipeline_of(config, MODELS[config.model]), class_names_for(config, source)
    items = [turn for series in series_of(config, source, names) for item in series.items for turn in item.turns()]
    try:
        prepare_images(items, pipeline, prepared, on_progress=partial(_prepared, reporter, as_share=True))
    except _StoppedPreparingError:
        return None
    return len(items)


class _StoppedPreparingError(Exception):
    """Asked to stop between two images; what is prepared is kept."""


def _prepared(reporter: Reporter, done: int, count: int, *, as_share: bool = False) -> None:
    reporter.progress(done / count if as_share else 0, f"preparing image {done} of {count}")
    if reporter.should_stop():
        raise _StoppedPreparingError


def _gone_sources(items: Sequence[Item]) -> list[str]:
    """A prepared copy outlives its source; that it was used instead is to be said."""
    gone = sorted({item.sample.path for item in items if not item.sample.path.is_file()})
    if not gone:
        return []
    return [f"Images no longer at their place: {len(gone)}, {gone[0].name} first. Their prepared copies were used."]


class _Trainer:
    """Trains the folds of a series one after the other."""

    def __init__(
        self,
        config: TrainingConfig,
        source: TrainingSource,
        folders: TrainingFolders,
        reporter: Reporter,
        class_names: tuple[str, ...],
    ) -> None:
        self.config, self.source, self.folders, self.reporter = config, source, folders, reporter
        self.class_names = class_names
        self.spec = MODELS[config.model]
        self.pipeline = pipeline_of(config, self.spec)
        self.device = device_of()

    def carry_out(self, series: Series) -> tuple[tuple[PartPredictions, ...], list[str]] | None:
        """PartPredictions of all folds and notes; None if asked to stop on the way."""
        splits = assignments_of(self.config, self.source, series)
        if any(self._finished(series.first_fold + number) is None for number in range(len(splits))):
            # Before thousands of films are prepared for a training that can't start.
            fetch_weights(self.spec, self.config.weights, self.folders.weights)
        used = [item for item in series.items if any(item.sample.id in split for split in splits)]
        shown = [turn for item in used for turn in item.turns()]
        prepared = prepare_images(
            shown,
            self.pipeline,
            self.folders.prepared,
            on_progress=partial(_prepared, self.reporter),
        )
        notes = [f"Images with a warning: {len(prepared.warnings)}; {text}" for text in prepared.warnings[:1]]
        notes += _gone_sources(used)
        rows = dict(zip((turn.id for turn in shown), prepared.rows, strict=True))
        results: list[PartPredictions] = []
        for number, split in enumerate(splits):
            fold = series.first_fold + number
            parts = by_part(used, split)
            check_classes(parts["train"], self.class_names)
            finished = self._finished(fold)
            if finished is None:
                data = {part: self._data(items, rows, prepared) for part, items in parts.items()}
                fitted = self._train_fold(fold, data)
                if fitted is None:
                    return None
                finished, fold_notes = fitted
                notes += fold_notes
                write_json(self._result_path(fold), finished)
                self.reporter.checkpoint_kept()
            results += [
                _predictions(part, fold, parts[part], finished[part]) for part in ("validation", "test") if parts[part]
            ]
        return tuple(results), notes

    def _data(self, items: Sequence[Item], rows: Mapping[str, np.int64], prepared: PreparedImages) -> LabelledImages:
        turns = [[rows[turn.id] for turn in item.turns()] for item in items]
        count = max(map(len, turns), default=1)
        shown = np.array([[of_item[turn % len(of_item)] for of_item in turns] for turn in range(count)], np.int64)
        labels = np.array([item.label for item in items], np.int64)
        positions = np.arange(shown.size).reshape(shown.shape)
        own = PreparedImages(prepared.array, shown.ravel(), ())
        return LabelledImages(own, labels, tuple(item.id for item in items), positions)

    def _train_fold(self, fold: int, data: Mapping[str, LabelledImages]) -> tuple[dict[str, Any], list[str]] | None:
        torch.manual_seed(self.config.seed * 1009 + fold)
        head = HeadOptions(init=self.config.head_init, relu=self.config.head_relu)
        network, weights = create_model(
            self.spec, len(self.class_names), head, self.config.weights, self.folders.weights
        )
        validation = data["validation"] if len(data["validation"]) else None
        parts = TrainingParts(self.spec, network, data["train"], validation, len(self.class_names), self.device, fold)
        shelf = CheckpointShelf(self.folders.job / "checkpoints" / f"fold-{fold}")
        result = fit(self.config, parts, shelf, _ShareOfFolds(self.reporter, fold, self._fold_count()))
        if not result.completed:
            return None
        model = TrainedModel(self.spec, network, self.class_names, self.pipeline, self.config, "")
        facts = {"weights": weights.source, "weights_sha256": weights.sha256, "versions": versions(), "fold": fold}
        write_model(self.folders.job / "models" / f"fold-{fold}", model, facts)
        probabilities = {
            part: probabilities_of(network, data[part], self.spec, self.config, self.device).tolist()
            for part in ("validation", "test")
            if len(data[part])
        }
        shelf.clear()
        return probabilities, _notes(result, data["train"], probabilities)

    def _fold_count(self) -> int:
        has_control = (
            self.config.region == "lesion" and self.config.position_control and self.config.normal_regions != "random"
        )
        return max(self.config.folds, 1) * (2 if has_control else 1)

    def _result_path(self, fold: int) -> Path:
        return self.folders.job / f"predictions-fold-{fold}.json"

    def _finished(self, fold: int) -> dict[str, Any] | None:
        path = self._result_path(fold)
        return dict(json.loads(path.read_text())) if path.exists() else None


@dataclass(frozen=True)
class _ShareOfFolds:
    """Progress of one fold as a share of all."""

    reporter: Reporter
    fold: int
    folds: int

    def metrics(self, rows: Sequence[Any]) -> None:
        self.reporter.metrics(rows)

    def progress(self, share: float, note: str) -> None:
        fold_note = f"fold {self.fold + 1} of {self.folds}, {note}" if self.folds > 1 else note
        self.reporter.progress((self.fold + share) / self.folds, fold_note)

    def checkpoint_kept(self) -> None:
        self.reporter.checkpoint_kept()

    def should_stop(self) -> bool:
        return self.reporter.should_stop()


def versions() -> dict[str, str]:
    """What computed this: bit-identical resumes are promised on the same only."""
    return {"python": platform.python_version(), "torch": torch.__version__, "threads": str(torch.get_num_threads())}


def _predictions(
    part: str, fold: int, items: Sequence[Item], probabilities: Sequence[Sequence[float]]
) -> PartPredictions:
    return PartPredictions(
        part=part,
        fold=fold,
        ids=tuple(item.id for item in items),
        sample_ids=tuple(item.sample.id for item in items),
        patients=tuple(item.sample.patient_id for item in items),
        truth=np.array([item.label for item in items], np.int64),
        probabilities=np.array(probabilities, np.float64),
    )


def _notes(result: FitResult, train: LabelledImages, probabilities: Mapping[str, Any]) -> list[str]:
    notes = list(result.notes)
    called = {int(index) for rows in probabilities.values() for index in np.argmax(rows, axis=1)}
    if len(called) == 1 and len(np.unique(train.labels)) > 1:
        notes.append("The model calls every image the same class: it has learnt nothing that tells them apart.")
    return notes
