from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mammo.store import DataSetRecord, JobRecord, JobState
from mammo.ui.next_step import next_step

EARLIER, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
FILMS = DataSetRecord(
    name="films",
    root=Path("films"),
    layout="csv_labels",
    label_policy="case",
    fingerprint="f",
    images=4,
    patients=1,
    classes={},
    options={},
    warnings=(),
    created_by="guest",
    created_at=EARLIER,
    imported_at=LATER,
)
OLD_FILMS = replace(FILMS, name="zebra", imported_at=EARLIER)


def training(state):
    return JobRecord(
        id=1,
        kind="training",
        state=state,
        config={},
        data_set="films",
        data_set_fingerprint="f",
        split=None,
        owner="guest",
        priority=0,
        attempt=1,
        created_at=LATER,
    )


def test_without_data_the_phantom_and_the_command_are_offered():
    step = next_step([], [], [])
    assert step.page == "pages/contrast.py"
    assert step.command == "python -m mammo datasets add FOLDER"


def test_the_data_set_imported_last_comes_first():
    assert next_step([FILMS, OLD_FILMS], [], []).query == (("data_set", "films"),)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_a_training_without_a_model_leaves_training_as_the_next_step(state):
    assert next_step([FILMS], [training(state)], ["soft"]).command == "python -m mammo train --dataset films"


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED])
def test_once_a_training_is_under_way_films_are_compared(state):
    step = next_step([FILMS], [training(state)], ["soft"])
    assert step.command is None
    assert step.page == "pages/contrast.py"
