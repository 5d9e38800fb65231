"""What a training will cost, said before it starts; what is slow to find out is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import streamlit as st

from mammo.config import Settings, settings
from mammo.jobs.planning import Pace, measured_pace
from mammo.training.config import TrainingConfig
from mammo.training.kept_sizes import shapes_at, sizes_kept
from mammo.training.network_size import NetworkShape, NetworkSize, network_sizes_by_child
from mammo.training.plan import TrainingPlan, images_seen, training_plan
from mammo.training.series import counts_of_first_fold
from mammo.ui import cache, numbers
from mammo.ui.training_data import DataChoice, source_of


@dataclass(frozen=True)
class Cost:
    """A plan, and how its time is known."""

    plan: TrainingPlan
    pace: Pace | None  # measured here; None: the time is an estimate for a CPU


def cost_of(config: TrainingConfig, choice: DataChoice) -> Cost:
    """The cost of a training. The first time for a size of images on this installation this takes seconds.

    Raises:
        DatasetError: If there is nothing to learn from, or a class is missing from the training part.
    """
    fingerprint = cache.store().data_sets.get(choice.data_set).fingerprint
    chosen = json.dumps(config.to_dict(), sort_keys=True)
    return cost_for(config, _counts(settings(), choice, fingerprint, chosen))


def cost_for(config: TrainingConfig, counts: tuple[int, int, int]) -> Cost:
    """As ``cost_of``, from the numbers of training images, validation images and classes."""
    images, validation, classes = counts
    plan = training_plan(config, _size(config, classes), images=images, validation_images=validation)
    pace = measured_pace(cache.store(), config)
    if pace is None:
        return Cost(plan, None)
    seconds = pace.seconds_per_image * plan.folds * images_seen(config, images, validation)
    return Cost(replace(plan, seconds=seconds), pace)


def in_short(cost: Cost) -> str:
    """For the button: "about 6 min, 1.2 GB"."""
    return f"{numbers.duration(cost.plan.seconds)}, {_in_bytes(cost.plan.memory_bytes)}"


def in_full(cost: Cost) -> str:
    """One line: iterations, parameters, rates, memory, time and how that is known."""
    plan = cost.plan
    rates = ", ".join(f"{part} {rate:g}" for part, rate in plan.learning_rates.items())
    features = f"{_in_bytes(plan.features_bytes)} of features on the disk · " if plan.features_bytes else ""
    folds = f"{plan.folds} folds of " if plan.folds > 1 else ""
    known = "estimated for this processor" if cost.pace is None else _measured(cost.pace)
    return (
        f"{numbers.counted(plan.images, 'image')} to learn from, {numbers.count(plan.validation_images)} to validate · "
        f"{folds}{numbers.count(plan.iterations)} iterations, {numbers.count(plan.iterations_per_epoch)} an epoch · "
        f"{numbers.count(plan.trainable_parameters)} trainable parameters · learning rates: {rates} · "
        f"{_in_bytes(plan.memory_bytes)} of memory · {features}{numbers.duration(plan.seconds)}, {known}"
    )


def _measured(pace: Pace) -> str:
    listed = ", ".join(map(str, pace.jobs[:3]))
    return f"as job {listed} took" if len(pace.jobs) == 1 else f"as jobs {listed} took"


def _in_bytes(size_bytes: int) -> str:
    if size_bytes < 1e8:
        return f"{max(size_bytes / 1e6, 1):.0f}\N{NO-BREAK SPACE}MB"
    return f"{size_bytes / 1e9:.1f}\N{NO-BREAK SPACE}GB"


def _size(config: TrainingConfig, classes: int) -> NetworkSize:
    sizes = _sizes(settings(), config.image_size, classes, config.head_relu)
    return sizes[NetworkShape.of(config, classes)]


@st.cache_data(max_entries=32, show_spinner=False)
def _sizes(given: Settings, image_size: int | None, classes: int, head_relu: bool) -> dict[NetworkShape, NetworkSize]:  # noqa: FBT001 - of the key
    """All models at one size of images: another one then costs nothing more."""
    return sizes_kept(given.home, shapes_at(image_size, classes, head_relu), network_sizes_by_child)


@st.cache_data(max_entries=256, show_spinner=False)
def _counts(
    given: Settings,  # noqa: ARG001 - part of the key
    choice: DataChoice,
    fingerprint: str,  # noqa: ARG001 - part of the key
    chosen: str,
) -> tuple[int, int, int]:
    config = TrainingConfig.of(json.loads(chosen))
    return counts_of_first_fold(config, source_of(config, choice))
