"""What a finished training answered to the images of one part, with the films that they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import streamlit as st

from mammo.config import Settings, settings
from mammo.datasets import Sample
from mammo.evaluation.across_folds import Folds
from mammo.evaluation.aggregation import Level, aggregated
from mammo.evaluation.predictions import Predictions
from mammo.store import JobRecord, PredictionRecord
from mammo.training.config import TrainingConfig
from mammo.ui import cache

Part = str  # "test" or "validation"


@dataclass(frozen=True, eq=False)
class JobAnswers:
    """Rows, films and predictions stand in the same order."""

    key: str  # names these answers among all, for caches
    rows: tuple[PredictionRecord, ...]
    films: tuple[Sample | None, ...]  # None where the film has left the data set
    predictions: Predictions

    @property
    def folds(self) -> Folds:
        """The fold of each image."""
        return np.array([row.fold for row in self.rows])

    @property
    def is_cross_validated(self) -> bool:
        """Whether several models answered, each of them to other women."""
        return len(np.unique(self.folds)) > 1

    def at(self, level: Level) -> Predictions:
        """One answer for each image, breast or woman."""
        return aggregated(self.predictions, [film.laterality if film else None for film in self.films], level)

    def keys(self, level: Level) -> list[tuple[str, ...]]:
        """What each image belongs to at a level; sorted and without doubles they name the answers of ``at``."""
        if level == "woman":
            return [(row.patient_id,) for row in self.rows]
        if level == "breast":
            sides = [film.laterality if film else None for film in self.films]
            named = [side or f"image {image}" for image, side in enumerate(sides)]
            return [(row.patient_id, side) for row, side in zip(self.rows, named, strict=True)]
        return [(row.item_id,) for row in self.rows]


def folds_of(job: JobRecord) -> int:
    """So many models a training has made, without those of a position control."""
    return max(TrainingConfig.of(job.config).folds, 1)


def answers_of(job: JobRecord, part: Part = "test", fold: int | None = None) -> JobAnswers | None:
    """The headline's answers, those of a position control left out; None where the part has no images.

    Args:
        job: A finished training.
        part: Of its split.
        fold: Whose model answered; None for all. Folds share their validation women, so that of validation images
            only those of one fold can be counted.
    """
    return _answers(settings(), job.id, job.finished_at, part, fold)


@st.cache_resource(max_entries=12, show_spinner=False)
def _answers(
    given: Settings, job_id: int, finished_at: datetime | None, part: Part, fold: int | None
) -> JobAnswers | None:
    job = cache.store().jobs.get(job_id)
    rows = tuple(row for row in cache.store().predictions.load(job_id, part, fold) if row.fold < folds_of(job))
    if not rows:
        return None
    films = {sample.id: sample for sample in cache.samples(job.data_set)} if job.data_set else {}
    predictions = Predictions.checked(
        [row.truth for row in rows],
        [row.probabilities for row in rows],
        [row.patient_id for row in rows],
        (job.result or {})["test"]["confusion"]["labels"],
    )
    key = f"{given.home}|{job_id}|{finished_at}|{part}|{fold}"
    return JobAnswers(key, rows, tuple(films.get(row.sample_id) for row in rows), predictions)
