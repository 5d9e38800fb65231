"""Thousands of random steps on the real queue.

Workers that were thought dead come back, people press every button at any time, and after each step nothing is lost,
nothing is twice, no end is undone, and the queue stands in the order that it should.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text

from mammo.config import Settings
from mammo.store import open_store
from tests.database.queue_machine import ALL, QueueMachine

MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory spares the disk ten thousand syncs


@pytest.fixture
def open_empty(database_url, tmp_path):
    """Opens a store without jobs: a copy of an empty SQLite file in memory, or a PostgreSQL database swept clean."""
    if not database_url.startswith("sqlite"):
        yield lambda: emptied(open_store(Settings(tmp_path, database_url, tmp_path, ())))
        return
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        file, empty = Path(folder, "mammo.db"), Path(folder, "empty.db")
        where = Settings(tmp_path, f"sqlite:///{file}", tmp_path, ())
        open_store(where).close()
        file.rename(empty)
        yield lambda: shutil.copyfile(empty, file) and open_store(where)


def emptied(store):
    with store._database.writing() as connection:
        connection.execute(text("TRUNCATE jobs, people RESTART IDENTITY CASCADE"))
    return store


def lived_through(open_empty, examples, steps, *, same_every_time):
    QueueMachine.met.clear()
    run_state_machine_as_test(
        lambda: QueueMachine(open_empty),
        settings=hypothesis_settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=same_every_time,
            suppress_health_check=list(HealthCheck),
        ),
    )


def assert_actions_met_states():
    """Else it would prove less than it seems to: each action in each state, by the right attempt and a stale one."""
    actions = {states for states, _state, _right in QueueMachine.met if states}
    met = {(states, state) for states, state, is_right in QueueMachine.met if is_right and states}
    assert len(met) > 0.9 * len(actions) * len(ALL)
    assert {state for _states, state, is_right in QueueMachine.met if not is_right} == set(ALL)


# PostgreSQL answers slower, and few ways are its own
@pytest.mark.slow
@pytest.mark.parametrize(("database_url", "examples"), [("sqlite", 200), ("postgresql", 20)], indirect=["database_url"])
def test_no_order_of_events_breaks_the_queue(open_empty, examples):
    lived_through(open_empty, examples, 50, same_every_time=True)
    if examples >= 200:
        assert_actions_met_states()


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    ("database_url", "examples"), [("sqlite", 5000), ("postgresql", 200)], indirect=["database_url"]
)
def test_no_long_order_of_events_breaks_the_queue(open_empty, examples):
    lived_through(open_empty, examples, 100, same_every_time=False)
