"""Learning from a training's validation images or folds, when it ends; of older trainings when somebody first asks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from mammo.evaluation.evaluation import Evaluation
from mammo.evaluation.lessons import Lessons, learnt, learnt_across_folds
from mammo.evaluation.predictions import Predictions
from mammo.prediction.lessons_file import read_lessons, write_lessons
from mammo.store import JobState
from mammo.training.config import TrainingConfig

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mammo.config import Settings
    from mammo.store import JobRecord, PredictionRecord, Store

logger = logging.getLogger(__name__)


def lessons_of_job(store: Store, settings: Settings, job: JobRecord) -> Lessons | None:
    """The lessons of a finished training, learnt and kept if they are not yet; None without such images."""
    if job.kind != "training" or job.state != JobState.SUCCEEDED:
        return None
    folder = settings.job_dir(job.id)
    known = read_lessons(folder)
    if known is not None or not folder.is_dir():
        return known
    rows = [*store.predictions.load(job.id, "validation"), *store.predictions.load(job.id, "test")]
    return learn_and_keep(settings, job, rows, job.result or {})


def learn_and_keep(
    settings: Settings, job: JobRecord, rows: Sequence[PredictionRecord], result: Mapping[str, Any]
) -> Lessons | None:
    """Learn from predictions and keep the lessons in the job's folder; None without validation images or folds.

    Args:
        settings: Where files lie.
        job: A training.
        rows: Its predictions of validation and test; those of a position control are left out.
        result: As ``training_result`` gives it.
    """
    class_names = _class_names(result)
    folds = max(TrainingConfig.of(job.config).folds, 1)
    answers = {
        part: _predictions([row for row in rows if row.part == part and row.fold < folds], class_names)
        for part in ("validation", "test")
    }
    validation, test = answers["validation"], answers["test"]
    scores = Evaluation.from_json(result["test"]) if "test" in result else None
    if folds > 1 and test is not None:
        lessons = learnt_across_folds(test, folds, scores)
    elif folds == 1 and validation is not None:
        lessons = learnt(validation, test, scores)
    else:
        return None
    try:
        write_lessons(settings.job_dir(job.id), lessons)
    except OSError as error:  # such as a full disk: they can be learnt again, and nothing else is lost
        logger.warning("The lessons of job %s could not be kept (%s); they are learnt again.", job.id, error.strerror)
    return lessons


def _class_names(result: Mapping[str, Any]) -> list[str]:
    return next((list(result[part]["confusion"]["labels"]) for part in ("validation", "test") if part in result), [])


def _predictions(rows: Sequence[PredictionRecord], class_names: Sequence[str]) -> Predictions | None:
    if not rows or not class_names:
        return None
    return Predictions.checked(
        [row.truth for row in rows],
        [row.probabilities for row in rows],
        [row.patient_id for row in rows],
        class_names,
    )
