"""What a job will work on, and what it will cost. Loads no torch by itself: pages plan too."""

from __future__ import annotations

from mammo.datasets import DATASETS, LabelPolicy
from mammo.errors import NotFoundError
from mammo.store import Store
from mammo.training.config import TrainingConfig
from mammo.training.network_size import NetworkShape, network_size
from mammo.training.plan import TrainingPlan, training_plan
from mammo.training.series import TrainingSource, counts_of_first_fold


def training_source(store: Store, data_set: str | None, split: str | None, config: TrainingConfig) -> TrainingSource:
    """Samples, assignment and label policy of a training.

    Raises:
        NotFoundError: If the data set or the split is not there.
    """
    if data_set is None:
        raise NotFoundError("This job names no data set. Start it again with one.")
    samples = store.data_sets.samples(data_set)
    assignment = store.splits.load(data_set, split).assignment if split is not None else {}
    return TrainingSource(samples, assignment, policy_of(store, data_set, config))


def policy_of(store: Store, data_set: str, config: TrainingConfig) -> LabelPolicy:
    """The label policy of a training: its own, or the data set's."""
    return config.label_policy or DATASETS[store.data_sets.get(data_set).layout].default_policy


def plan_of(store: Store, data_set: str, split: str | None, config: TrainingConfig) -> TrainingPlan:
    """What a training would cost; nothing is read but the database, and for regions the films' outlines."""
    images, validation, classes = counts_of_first_fold(config, training_source(store, data_set, split, config))
    size = network_size(NetworkShape.of(config, classes))
    return training_plan(config, size, images=images, validation_images=validation)
