"""What a training learns from: data set and split, chosen on the page and kept in its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from mammo.datasets.splitting import Split, split_samples
from mammo.jobs.planning import policy_of
from mammo.store import Store
from mammo.training.config import TrainingConfig
from mammo.training.series import TrainingSource
from mammo.ui import cache

DATA_SET, SPLIT = "data_set", "split"  # keys of the inputs and names in the address
NEW_SPLIT = "new, by woman"


@dataclass(frozen=True)
class DataChoice:
    """A data set and one of its splits."""

    data_set: str
    split: str | None  # None: one by woman, made when the training starts


def choose_data(store: Store) -> DataChoice:
    """Draw the two selectors; there must be a data set."""
    names = [record.name for record in store.data_sets.list()]
    data_set = st.selectbox("Data set", names, key=DATA_SET, width=200, bind="query-params")
    splits = [split.name for split in store.splits.list(data_set)]
    chosen = st.selectbox(
        "Split",
        [*splits, NEW_SPLIT],
        key=SPLIT,
        width=200,
        bind="query-params",
        help="Who is learnt from and who is tested on. By woman: no woman is in two parts.",
    )
    return DataChoice(data_set, None if chosen == NEW_SPLIT else chosen)


def source_of(config: TrainingConfig, choice: DataChoice) -> TrainingSource:
    """What a training on the choice would learn from.

    Raises:
        DatasetError: If no split by woman can be made where none is chosen.
    """
    store = cache.store()
    if config.folds:
        assignment: Mapping[str, str] = {}
    elif choice.split is None:
        assignment = new_split(choice.data_set, config).assignment
    else:
        assignment = store.splits.load(choice.data_set, choice.split).assignment
    policy = policy_of(store, choice.data_set, config)
    return TrainingSource(cache.samples(choice.data_set), assignment, policy)


def new_split(data_set: str, config: TrainingConfig) -> Split:
    """The split by woman that a training gets where none is chosen; the same for the same seed."""
    policy = policy_of(cache.store(), data_set, config)
    return split_samples(cache.samples(data_set), by="patient", seed=config.seed, policy=policy)
