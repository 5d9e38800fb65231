"""The eight trainings that reproduce the paper: queued once, and found again by the mark that they share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from mammo.datasets import Sample
from mammo.datasets.splitting import Part, Split
from mammo.paper.protocols import ACCEPTED, PROTOCOLS, PaperOptions, Protocol, config_of, images_in, splits_of
from mammo.paper.recipes import RECIPES, Recipe
from mammo.store import JobRecord, JobState, NewJob, Store
from mammo.training.config import TrainingConfig
from mammo.training.series import TrainingSource

_MARK = "paper"  # idempotency keys are "paper GROUP PROTOCOL PRESET"
Place = tuple[Protocol, str]  # a protocol, and a preset in RECIPES


@dataclass(frozen=True)
class PlannedTraining:
    """One of the eight before it is queued."""

    recipe: Recipe
    protocol: Protocol
    config: TrainingConfig


@dataclass(frozen=True)
class PaperPlan:
    """All eight, and what each protocol learns from."""

    data_set: str
    options: PaperOptions
    group: str  # the mark; equal for equal data and options
    samples: tuple[Sample, ...]
    splits: Mapping[Protocol, Split]
    trainings: tuple[PlannedTraining, ...]  # the paper's protocol and the clean one of a recipe side by side

    def source(self, protocol: Protocol) -> TrainingSource:
        """What a protocol's trainings learn from."""
        return TrainingSource(self.samples, self.splits[protocol].assignment, self.splits[protocol].policy)

    def images(self, protocol: Protocol, part: Part) -> int:
        """How many images a protocol has in a part."""
        return images_in(self.splits[protocol], part)


@dataclass(frozen=True)
class Reproduction:
    """The jobs of one mark, with tries again in the place of what they try again."""

    group: str
    data_set: str | None
    jobs: Mapping[Place, JobRecord]

    @property
    def options(self) -> PaperOptions:
        """What all of its jobs were made with."""
        return PaperOptions.of_configs([job.config for job in self.jobs.values()])

    @property
    def is_finished(self) -> bool:
        return all(job.is_finished for job in self.jobs.values())

    @property
    def missing(self) -> int:
        """How many of the eight were never queued."""
        return len(PROTOCOLS) * len(RECIPES) - len(self.jobs)


def plan_reproduction(store: Store, data_set: str, options: PaperOptions) -> PaperPlan:
    """What ``queue_reproduction`` would queue; nothing is written.

    Raises:
        NotFoundError: If there is no such data set.
        DatasetError: If it can't be split, by image or by patient.
        ParameterError: If an option is outside its limits.
    """
    record, samples = store.data_sets.get(data_set), store.data_sets.samples(data_set)
    splits = splits_of(samples, record.label_policy, options.seed)
    trainings = tuple(
        PlannedTraining(
            recipe,
            protocol,
            config_of(recipe, options, images_in(splits[protocol], "train")).with_values(ACCEPTED[protocol]),
        )
        for recipe in RECIPES.values()
        for protocol in PROTOCOLS
    )
    content = json.dumps([data_set, record.fingerprint, asdict(options)], sort_keys=True)
    group = hashlib.sha256(content.encode()).hexdigest()[:12]
    return PaperPlan(data_set, options, group, tuple(samples), splits, trainings)


def queue_reproduction(store: Store, plan: PaperPlan, *, by: str) -> Reproduction:
    """Keep the two splits and queue what is not queued yet of the eight; asked twice, it is done once.

    Raises:
        NotFoundError: If the data set is gone.
    """
    names = {protocol: store.splits.add(plan.data_set, split, by=by).name for protocol, split in plan.splits.items()}
    for one in plan.trainings:
        store.jobs.submit(
            NewJob(
                kind="training",
                config=one.config.to_dict(),
                owner=by,
                data_set=plan.data_set,
                split=names[one.protocol],
                idempotency_key=f"{_MARK} {plan.group} {one.protocol} {one.recipe.preset.name}",
            )
        )
    return reproductions(store, plan.data_set)[plan.group]


def reproductions(store: Store, data_set: str) -> dict[str, Reproduction]:
    """The reproductions on a data set by their mark, the latest first."""
    found: dict[str, dict[Place, JobRecord]] = {}
    for key, job in store.jobs.by_key(f"{_MARK} ").items():
        group, protocol, preset = key.split(" ")[1:]
        if job.data_set == data_set and protocol in PROTOCOLS and preset in RECIPES:
            found.setdefault(group, {})[protocol, preset] = _last_try(store, job)
    return {group: Reproduction(group, data_set, found[group]) for group in reversed(found)}


def _last_try(store: Store, job: JobRecord) -> JobRecord:
    """The job that tries this one again, or the one that tries that one again."""
    while job.state in {JobState.FAILED, JobState.CANCELLED}:
        again = store.jobs.retry_of(job.id)
        if again is None:
            break
        job = again
    return job
