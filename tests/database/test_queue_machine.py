"""Thousands of random steps on the real queue.

Workers that were thought dead come back, people press every button at any time, and after each step nothing is lost,
nothing is twice, no end is undone, and the queue stands in the order that it should.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text

from db.models import Base
from mammo.config import Settings
from mammo.store import open_store
from tests.database.queue_machine import ALL, QueueMachine

MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory spares the disk ten thousand syncs


@pytest.fixture
def open_empty(database_url, tmp_path):
    """Gives a store without jobs again and again: one that is swept clean, so that its statements are compiled once."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        url = f"sqlite:///{folder}/mammo.db" if database_url.startswith("sqlite") else database_url
        store = open_store(Settings(tmp_path, url, tmp_path, ()))
        yield lambda: emptied(store)
        store.close()


def emptied(store):
    with store._database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("TRUNCATE jobs, people RESTART IDENTITY CASCADE"))
        else:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
            connection.execute(text("DELETE FROM sqlite_sequence"))
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
