"""What the test predictions of a training were made of: whole films, or squares of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mammo.config import Settings, settings
from mammo.datasets import LabelPolicy
from mammo.jobs.planning import policy_of
from mammo.store import JobRecord, PredictionRecord
from mammo.training.config import TrainingConfig
from mammo.training.items import Placement, placement_of, region_items
from mammo.ui import cache
from mammo.ui.explained import Judged

_Square = tuple[float, float, float]


def judged_of(job: JobRecord, rows: Sequence[PredictionRecord]) -> dict[str, Judged]:
    """What is still on this server of the things that ``rows`` judge, by item id.

    Raises:
        MammoError: If the data set is gone, or no longer has the outlines that the squares are made of.
    """
    if job.data_set is None:
        return {}
    samples = {sample.id: sample for sample in cache.samples(job.data_set)}
    hidden = cache.hidden(job.data_set)
    here = [row for row in rows if row.sample_id in samples and row.sample_id not in hidden]
    config = TrainingConfig.of(job.config)
    if config.region == "none":
        return {row.item_id: Judged(samples[row.sample_id], row.fold) for row in here}
    record = cache.store().data_sets.get(job.data_set)
    policy = policy_of(cache.store(), job.data_set, config)
    squares = _squares(settings(), record.name, record.fingerprint, policy, placement_of(config))
    return {
        row.item_id: Judged(samples[row.sample_id], row.fold, squares[row.item_id])
        for row in here
        if row.item_id in squares
    }


@st.cache_resource(max_entries=8, show_spinner="Finding the squares that were judged …")
def _squares(
    given: Settings,  # noqa: ARG001 - part of the key
    data_set: str,
    fingerprint: str,  # noqa: ARG001 - part of the key
    policy: LabelPolicy,
    placement: Placement,
) -> dict[str, _Square]:
    """Center and side of every square of a data set, by item id; normal ones are sought in the films."""
    regions = [item.region for item in region_items(cache.samples(data_set), policy, placement) if item.region]
    return {one.id: (one.center_x_px, one.center_y_px, one.side_px) for one in regions}
