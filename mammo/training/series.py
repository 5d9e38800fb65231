"""Which trainings a configuration asks for: the items of each, its folds, and what of it can't be done. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mammo.datasets import CLASS_NAMES, LabelPolicy, Sample
from mammo.datasets.splitting import patient_folds
from mammo.errors import DatasetError
from mammo.training.doubts import check_doubts
from mammo.training.items import Item, by_part, class_names_of, film_items, placement_of, region_items

if TYPE_CHECKING:
    from mammo.training.config import TrainingConfig


@dataclass(frozen=True)
class TrainingSource:
    """What a training learns from."""

    samples: Sequence[Sample]
    assignment: Mapping[str, str]  # sample id -> part, of a split; not read where the configuration asks for folds
    policy: LabelPolicy


@dataclass(frozen=True)
class Series:
    """One set of trainings over the same items: the headline, or the control with other places of normal regions."""

    name: str
    first_fold: int  # number under which its first fold is logged and kept
    items: tuple[Item, ...]


def series_of(config: TrainingConfig, source: TrainingSource, class_names: tuple[str, ...]) -> list[Series]:
    """The headline, and the position control where it is asked for.

    Raises:
        DatasetError: If regions are asked for and no film has one.
    """
    if config.region == "none":
        return [Series("", 0, tuple(film_items(source.samples, source.policy, class_names)))]
    placement = placement_of(config)
    headline = Series("", 0, tuple(region_items(source.samples, source.policy, placement)))
    if not config.position_control or config.normal_regions == "random":
        return [headline]
    elsewhere = replace(placement, normal_regions="random")
    control_items = tuple(region_items(source.samples, source.policy, elsewhere))
    return [headline, Series("control", max(config.folds, 1), control_items)]


def counts_of_first_fold(config: TrainingConfig, source: TrainingSource) -> tuple[int, int, int]:
    """Training images, validation images and classes of the first training that ``config`` asks for.

    Raises:
        DatasetError: As ``train_and_evaluate`` would.
    """
    check_doubts(config, source)
    class_names = class_names_for(config, source)
    series = series_of(config, source, class_names)[0]
    parts = by_part(series.items, assignments_of(config, source, series)[0])
    check_classes(parts["train"], class_names)
    return len(parts["train"]), len(parts["validation"]), len(class_names)


def class_names_for(config: TrainingConfig, source: TrainingSource) -> tuple[str, ...]:
    """Classes that are told apart, in the field's order."""
    return CLASS_NAMES if config.region == "lesion" else class_names_of(source.samples, source.policy)


def assignments_of(config: TrainingConfig, source: TrainingSource, series: Series) -> list[Mapping[str, str]]:
    """Sample id -> part, for each fold."""
    if not config.folds:
        return [source.assignment]
    wanted = {item.sample.id for item in series.items}
    samples = [sample for sample in source.samples if sample.id in wanted]
    folds = patient_folds(samples, config.folds, seed=config.seed, policy=source.policy)
    return [fold.assignment for fold in folds]


def check_classes(training: Sequence[Item], class_names: Sequence[str]) -> None:
    """Raise DatasetError unless the training part holds two classes or more, and all that are to be told apart."""
    present = {item.label for item in training}
    missing = [name for index, name in enumerate(class_names) if index not in present]
    if len(present) < 2:
        raise DatasetError("The training part holds fewer than two classes; there is nothing to tell apart.")
    if missing:
        raise DatasetError(f"The training part holds no image of {', '.join(missing)}. Make another split.")
