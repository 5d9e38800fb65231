"""All that an export tells, gathered by whoever has it; plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mammo.evaluation.evaluation import Evaluation
from mammo.evaluation.predictions import Predictions


@dataclass(frozen=True)
class DataFacts:
    """The data set and the split that a model was trained and tested on."""

    name: str
    layout: str
    fingerprint: str
    images: int
    women: int
    classes: Mapping[str, int]  # images by class, under the label policy of the training
    label_policy: str
    refused: int  # files that could not be read
    split_by: str
    split_seed: int
    split_hash: str
    split_images: Mapping[str, int]  # by part

    @property
    def leaks(self) -> bool:
        """Whether a woman's images may lie in training and test."""
        return self.split_by != "patient"


@dataclass(frozen=True)
class PartFacts:
    """Who is in one part of a split."""

    part: str
    images: int
    women: int
    classes: Mapping[str, int]  # images by class
    ages: tuple[int, float, int] | None  # of the women whose age is known: least, median, greatest
    age_unknown: int  # women
    densities: Mapping[str, int]  # women by density, "not known" included


@dataclass(frozen=True, eq=False)
class EvaluationFacts:
    """A finished training with its answers to the test images."""

    job: int
    owner: str
    finished_at: datetime | None
    config: Mapping[str, Any]
    model: Mapping[str, Any]  # facts of the model that the training left
    versions: Mapping[str, str]
    data: DataFacts | None  # None where the data set is gone
    evaluation: Evaluation
    predictions: Predictions
    images: tuple[str, ...]  # what each answer is about
    notes: tuple[str, ...]  # what can and can't be said
    parts: tuple[PartFacts, ...] = ()
    trust: tuple[str, ...] = ()  # what checks of its heat maps found, a sentence each
    robustness: tuple[str, ...] = ()  # what changed pictures and audits found, a sentence each

    @property
    def protocol(self) -> str:
        """In one sentence how the scores came about."""
        women, images = self.evaluation.patients, self.evaluation.n
        where = "test images"
        if self.data is not None:
            kind = (
                "patients never seen in training" if not self.data.leaks else "images; the split is by image and leaks"
            )
            where = f"{kind} ({self.data.name}, split by {self.data.split_by}, seed {self.data.split_seed})"
        return (
            f"{images} images of {women} women, {where}. 95% intervals: patient-clustered bootstrap. "
            f"Training seed {self.config.get('seed', 'unknown')}."
        )
