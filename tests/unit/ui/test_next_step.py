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


def test_without_data_a_data_set_is_added():
    step = next_step([], [], [])
    assert (step.page, step.query) == ("pages/data_sets.py", (("add", "folder"),))


@pytest.mark.parametrize("kind", ["import", "archive", "phantoms"])
def test_while_the_first_films_come_in_contrast_is_tried_on_a_synthetic_one(kind):
    assert next_step([], [replace(training(JobState.RUNNING), kind=kind)], []).page == "pages/contrast.py"
    assert next_step([], [replace(training(JobState.FAILED), kind=kind)], []).page == "pages/data_sets.py"


def test_the_data_set_imported_last_comes_first():
    assert next_step([FILMS, OLD_FILMS], [], []).query == (("data_set", "films"),)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_a_training_without_a_model_leaves_training_as_the_next_step(state):
    step = next_step([FILMS], [training(state)], ["soft"])
    assert (step.what, step.page) == ("Train a model on films", "pages/training.py")


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED])
def test_once_a_training_is_under_way_contrast_is_tuned_and_then_films_are_looked_at(state):
    assert next_step([FILMS], [training(state)], []).page == "pages/contrast.py"
    assert next_step([FILMS], [training(state)], ["soft"]).page == "pages/data_sets.py"
