"""Asking a finished training for its test images again, once without their breasts and once without the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mammo.audits.background import SCORE, BackgroundControl, background_only, breast_only, widened
from mammo.datasets import Sample
from mammo.errors import DatasetError, ParameterError
from mammo.evaluation.evaluation import Evaluation, evaluate
from mammo.imaging.breast import breast_mask
from mammo.imaging.gray_image import from_stored
from mammo.jobs.evaluation import finished_training
from mammo.training.config import TrainingConfig
from mammo.training.items import Item

if TYPE_CHECKING:
    from pathlib import Path

    from mammo.config import Settings
    from mammo.evaluation.intervals import Values
    from mammo.store import JobRecord, PredictionRecord, Store
    from mammo.training.model_folder import TrainedModel

_AT_ONCE = 32  # images between two looks at whether to stop
_VARIANTS = ("whole", "breast_only", "background_only")


def control_job(
    store: Store, settings: Settings, job_id: int, *, on_progress: Callable[[int, int], None] = lambda _done, _all: None
) -> BackgroundControl:
    """The background-only control of a finished training; each fold's model judges its own test images.

    Args:
        store: The database.
        settings: Where files lie.
        job_id: A training of whole films that succeeded.
        on_progress: Called with images judged and their number.

    Raises:
        JobStateError: If the job is not a training that succeeded.
        ParameterError: If it judges regions, which have no background.
        DatasetError: If it has no test images, or they have left the data set.
        CheckpointError: If its model is gone or damaged.
        TrainingError: If a film is gone or has changed.
    """
    from mammo.inference import load_models  # with torch, as what follows

    job = finished_training(store, job_id)
    rows = _rows(store, job)
    samples = {sample.id: sample for sample in store.data_sets.samples(str(job.data_set))}
    known = [row for row in rows if row.sample_id in samples]
    if not known:
        raise DatasetError(f"Job {job_id} has no test images that its data set still holds.")
    models = load_models(settings.job_dir(job_id))
    judged: list[PredictionRecord] = []
    answers: dict[str, list[Values]] = {name: [] for name in _VARIANTS}
    without_background = 0
    for fold, model in enumerate(models):
        of_fold = [row for row in known if row.fold == fold]
        for start in range(0, len(of_fold), _AT_ONCE):
            chunk = of_fold[start : start + _AT_ONCE]
            found, empty = _judged(model, [_item(row, samples) for row in chunk], settings.prepared_dir)
            for name in _VARIANTS:
                answers[name].append(found[name])
            judged += chunk
            without_background += empty
            on_progress(len(judged), len(known))
    return _control(
        judged, {name: np.concatenate(parts) for name, parts in answers.items()}, models, without_background
    )


def _rows(store: Store, job: JobRecord) -> list[PredictionRecord]:
    """What the headline's models answered to the test images."""
    config = TrainingConfig.of(job.config)
    if config.region != "none":
        raise ParameterError(
            f"Job {job.id} judges squares cut out of films, which have no background. The control is for trainings on "
            "whole films."
        )
    return [row for row in store.predictions.load(job.id, "test") if row.fold < max(config.folds, 1)]


def _item(row: PredictionRecord, samples: dict[str, Sample]) -> Item:
    return Item(samples[row.sample_id], row.truth)


def _judged(model: TrainedModel, items: Sequence[Item], prepared_dir: Path) -> tuple[dict[str, Values], int]:
    """Probabilities of each variant of some images, shape (n, K) each; and how many have no background."""
    from mammo.training.batches import LabelledImages
    from mammo.training.forward import device_of, probabilities_of
    from mammo.training.prepared import PreparedImages, prepare_images

    prepared = prepare_images(items, model.pipeline, prepared_dir)
    pictures = [prepared[place] for place in range(len(items))]
    breasts = [widened(breast_mask(from_stored(picture))) for picture in pictures]
    both = list(zip(pictures, breasts, strict=True))
    variants = {
        "whole": pictures,
        "breast_only": [breast_only(picture, breast) for picture, breast in both],
        "background_only": [background_only(picture, breast) for picture, breast in both],
    }
    labels, ids = np.array([item.label for item in items], np.int64), tuple(item.id for item in items)

    def probabilities(name: str) -> Values:
        images = PreparedImages(np.stack(variants[name]), np.arange(len(items)), ())  # type: ignore[arg-type] # one type
        data = LabelledImages(images, labels, ids)
        return probabilities_of(model.network, data, model.spec, model.config, device_of("cpu"))

    return {name: probabilities(name) for name in _VARIANTS}, sum(bool(breast.all()) for breast in breasts)


def _control(
    rows: Sequence[PredictionRecord],
    answers: dict[str, Values],
    models: Sequence[TrainedModel],
    without_background: int,
) -> BackgroundControl:
    truth, patients = [row.truth for row in rows], [row.patient_id for row in rows]
    found: dict[str, Evaluation] = {
        name: evaluate(truth, probabilities, patients, models[0].class_names) for name, probabilities in answers.items()
    }
    return BackgroundControl(
        images=len(rows),
        women=found["whole"].patients,
        without_background=without_background,
        **{name: evaluation.scores[SCORE] for name, evaluation in found.items()},
    )
