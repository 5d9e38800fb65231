"""The leakage twin of a recipe: the same trainings by an image split and by a patient split, queued once.

Nothing waits for anything. The trainings are ordinary ones, known by what they are and not by who queued them; their
premium is computed from those that have succeeded whenever someone asks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from mammo.audits.leakage_twin import LeakPremium, leak_premium
from mammo.datasets import UNLABELLED, LabelPolicy, Sample
from mammo.datasets.splitting import Fractions, Split, SplitBy, split_samples
from mammo.errors import ParameterError
from mammo.evaluation.predictions import Predictions
from mammo.jobs.evaluation import stored_test_predictions
from mammo.jobs.planning import policy_of
from mammo.store import DataSetRecord, JobFilter, JobRecord, JobState, NewJob, SplitRecord, Store
from mammo.training.config import TrainingConfig

Side = Literal["image", "patient"]
SIDES: tuple[Side, ...] = get_args(Side)
MOST_SEEDS = 10
USUAL_FRACTIONS: Fractions = (0.8, 0.1, 0.1)
_REMEMBERED = 500  # trainings among which those of a twin are sought


@dataclass(frozen=True)
class TwinRecipe:
    """What both sides have in common, and how the first pair of them is split; the next pairs count seeds up."""

    data_set: str
    config: TrainingConfig
    policy: LabelPolicy
    fractions: Fractions = USUAL_FRACTIONS
    split_seed: int = 0
    torn_by: SplitBy = "image"  # or "paper"

    def config_of(self, pair: int, side: Side) -> TrainingConfig:
        """The training configuration of a pair's side: 0 for that of ``config``, others count on from there."""
        accept = {*self.config.accept, "leaking_split"} if side == "image" else self.config.accept  # it is to leak
        return self.config.with_values({"seed": self.config.seed + pair, "accept": sorted(accept)})

    def split_by(self, side: Side) -> SplitBy:
        """How a side is split."""
        return self.torn_by if side == "image" else "patient"

    def split(self, samples: Sequence[Sample], pair: int, side: Side) -> Split:
        """The split of a pair's side; DatasetError if it can't be made."""
        how, seed = self.split_by(side), self.split_seed + pair
        return split_samples(samples, by=how, fractions=self.fractions, seed=seed, policy=self.policy)


@dataclass(frozen=True)
class TwinPair:
    """One training of each side, of the same seed."""

    image: JobRecord
    patient: JobRecord

    @property
    def has_succeeded(self) -> bool:
        return self.image.state == self.patient.state == JobState.SUCCEEDED


@dataclass(frozen=True)
class LeakageTwin:
    """The pairs of a recipe that were queued, by their seed."""

    recipe: TwinRecipe
    pairs: tuple[TwinPair, ...]

    @property
    def jobs(self) -> tuple[JobRecord, ...]:
        return tuple(job for pair in self.pairs for job in (pair.image, pair.patient))

    @property
    def is_finished(self) -> bool:
        return all(job.is_finished for job in self.jobs)


def recipe_of(store: Store, data_set: str, config: TrainingConfig, split: SplitRecord | None = None) -> TwinRecipe:
    """The twin's recipe of a training, finished or new.

    Args:
        store: The database.
        data_set: Name.
        config: Of the training; the twin has one split for each training, where this one has folds.
        split: The training's own split, which one side then uses too, so that the training itself can be reused.

    Raises:
        NotFoundError: If there is no such data set.
    """
    config = config.with_values({"folds": 0})
    if split is None:
        return TwinRecipe(data_set, config, policy_of(store, data_set, config))
    torn_by = "image" if split.by == "patient" else split.by
    return TwinRecipe(data_set, config, split.policy, split.fractions, split.seed, torn_by)


def recipe_of_job(store: Store, job: JobRecord) -> TwinRecipe:
    """The twin's recipe of a training job.

    Raises:
        NotFoundError: If its data set or split is not there any more.
        ParameterError: If the job is no training on a data set, or its settings are not known any more.
    """
    if job.kind != "training" or job.data_set is None:
        raise ParameterError(f"Job {job.id} is no training on a data set; it has no leakage twin.")
    config = TrainingConfig.of(job.config)
    split = store.splits.get(job.data_set, job.split) if job.split and not config.folds else None
    return recipe_of(store, job.data_set, config, split)


def find_twin(store: Store, recipe: TwinRecipe) -> LeakageTwin:
    """The trainings that there are of a recipe, whoever queued them; of several alike, one that succeeded."""
    found = _found(store, recipe)
    return LeakageTwin(
        recipe, tuple(TwinPair(found[pair, "image"], found[pair, "patient"]) for pair in _whole_pairs(found))
    )


def queue_twin(store: Store, recipe: TwinRecipe, *, seeds: int, by: str) -> LeakageTwin:
    """Queue what is neither done nor under way of ``seeds`` pairs; asked twice, it is done once.

    What failed or was cancelled is queued again.

    Raises:
        NotFoundError: If the data set is gone.
        ParameterError: If ``seeds`` is not within 1 to MOST_SEEDS.
        DatasetError: If it can't be split one way or the other.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise ParameterError(f"A leakage twin takes 1 to {MOST_SEEDS} seeds, not {seeds}.")
    found, samples = _found(store, recipe), store.data_sets.samples(recipe.data_set)
    missing = _missing(found, seeds)
    splits = [recipe.split(samples, pair, side) for pair, side in missing]  # before anything is written
    for (pair, side), split in zip(missing, splits, strict=True):
        name = store.splits.add(recipe.data_set, split, by=by).name
        new = _new_job(store, recipe.config_of(pair, side), (recipe.data_set, name), found.get((pair, side)), by)
        store.jobs.submit(new)
    return find_twin(store, recipe)


def missing_trainings(store: Store, recipe: TwinRecipe, seeds: int) -> int:
    """How many trainings ``queue_twin`` would queue."""
    return len(_missing(_found(store, recipe), seeds))


def twin_predictions(store: Store, twin: LeakageTwin) -> tuple[list[Predictions], list[Predictions]]:
    """Test predictions by image split and by patient split, of the pairs of which both have succeeded."""
    by_image, by_patient = [], []
    for pair in twin.pairs:
        if not pair.has_succeeded:
            continue
        image, patient = (stored_test_predictions(store, job) for job in (pair.image, pair.patient))
        if image is not None and patient is not None:
            by_image.append(image)
            by_patient.append(patient)
    return by_image, by_patient


def premium_of(store: Store, twin: LeakageTwin, score: str) -> LeakPremium | None:
    """What splitting by image seems to add to a score; None as long as no pair has succeeded.

    Raises:
        UnknownNameError: If there is no such score.
        ParameterError: If the trainings know different classes.
    """
    by_image, by_patient = twin_predictions(store, twin)
    return leak_premium(by_image, by_patient, score) if by_image else None


def _new_job(store: Store, config: TrainingConfig, place: tuple[str, str], before: JobRecord | None, by: str) -> NewJob:
    """A training on a data set and its split, with a key that whoever queues it at the same time has too."""
    data_set, split = place
    fingerprint = store.data_sets.get(data_set).fingerprint
    content = json.dumps([data_set, fingerprint, split, config.to_dict(), before and before.id], sort_keys=True)
    key = f"leakage twin {hashlib.sha256(content.encode()).hexdigest()[:24]}"
    return NewJob("training", config.to_dict(), by, data_set, split, idempotency_key=key)


def _found(store: Store, recipe: TwinRecipe) -> dict[tuple[int, Side], JobRecord]:
    """The worthiest training for each pair and side, on the data set as it is now."""
    record = store.data_sets.get(recipe.data_set)
    splits, wanted = _splits_of(store, recipe, record), _common(recipe.config.to_dict())
    found: dict[tuple[int, Side], JobRecord] = {}
    for job in store.jobs.list(JobFilter(kind="training", limit=_REMEMBERED)):
        split = splits.get(job.split or "") if job.data_set == recipe.data_set else None
        if split is None or job.data_set_fingerprint != record.fingerprint or _common(job.config) != wanted:
            continue
        pair = split.seed - recipe.split_seed
        if abs(pair) < MOST_SEEDS and job.config.get("seed") == recipe.config.seed + pair:
            place = (pair, next(side for side in SIDES if recipe.split_by(side) == split.by))
            found[place] = max(job, found.get(place, job), key=_worth)
    return found


def _missing(found: Mapping[tuple[int, Side], JobRecord], seeds: int) -> list[tuple[int, Side]]:
    """Pair and side of what is neither done nor under way, counted from the first pair that is whole."""
    first = min([0, *_whole_pairs(found)])
    places = [(pair, side) for pair in range(first, first + seeds) for side in SIDES]
    return [place for place in places if place not in found or _is_in_vain(found[place])]


def _whole_pairs(found: Mapping[tuple[int, Side], JobRecord]) -> list[int]:
    return sorted(pair for pair, side in found if side == "image" and (pair, "patient") in found)


def _splits_of(store: Store, recipe: TwinRecipe, record: DataSetRecord) -> dict[str, SplitRecord]:
    """Splits of either side by name; none that was made before images were added."""
    labelled = sum(images for label, images in record.classes[recipe.policy].items() if label != UNLABELLED)
    ways = {recipe.split_by(side) for side in SIDES}
    return {
        split.name: split
        for split in store.splits.list(record.name)
        if split.by in ways
        and (split.fractions, split.policy) == (recipe.fractions, recipe.policy)
        and sum(split.images.values()) == labelled
    }


def _common(config: Mapping[str, Any]) -> dict[str, Any]:
    """What all trainings of a recipe share; the preset's name and what was accepted change nothing of them."""
    return {key: value for key, value in config.items() if key not in {"preset", "seed", "accept"}}


def _is_in_vain(job: JobRecord) -> bool:
    return job.state in {JobState.FAILED, JobState.CANCELLED}


def _worth(job: JobRecord) -> tuple[int, int]:
    """What has succeeded before what is under way before what came to nothing; then the latest."""
    rank = 2 if job.state == JobState.SUCCEEDED else 0 if _is_in_vain(job) else 1
    return rank, job.id
