"""What killed processes left half written is removed; what is being written stays."""

import os
import time

import pytest

from mammo.config import settings
from mammo.jobs.leftovers import remove_leftovers

HOUR = 3600
FILES = [
    "jobs/3/checkpoints/fold-0/step-000000002.77.tmp/weights",
    "jobs/3/predictions.json.77.tmp",
    "prepared/ab-8/index.json.77.tmp",
    "datasets/.drawn.77.tmp/pictures/a.png",
    "jobs/3/checkpoints/fold-0/step-000000001/weights",
    "datasets/films.tmp/a.png",
    "notes.tmp",
]


@pytest.fixture
def home():
    """A home with a checkpoint, an index, a score and a drawn set half written, and whole ones beside them."""
    where = settings()
    for name in FILES:
        path = where.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return where


def age(path, seconds):
    os.utime(path, (time.time() - seconds,) * 2)


def names(where):
    return sorted(str(path.relative_to(where.home)) for path in where.home.rglob("*") if path.is_file())


def test_what_is_old_goes_and_what_is_whole_stays(home):
    for path in home.home.rglob("*"):
        age(path, HOUR + 60)
    assert remove_leftovers(home) == 4
    assert names(home) == ["datasets/films.tmp/a.png", "jobs/3/checkpoints/fold-0/step-000000001/weights", "notes.tmp"]


def test_what_is_being_written_stays(home):
    for path in home.home.rglob("*"):
        age(path, HOUR + 60)
    age(home.home / "datasets/.drawn.77.tmp/pictures/a.png", 0)  # deep in an old folder
    age(home.home / "prepared/ab-8/index.json.77.tmp", HOUR - 60)
    remove_leftovers(home)
    assert {name for name in names(home) if "77" in name} == {
        "datasets/.drawn.77.tmp/pictures/a.png",
        "prepared/ab-8/index.json.77.tmp",
    }


def test_a_home_that_is_new_has_none():
    assert remove_leftovers(settings()) == 0
