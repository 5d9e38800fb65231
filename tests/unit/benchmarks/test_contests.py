"""In a contest everybody has the same turns, and the same of them count."""

from itertools import count
from pathlib import Path

import pytest

from benchmarks import _contests
from benchmarks._contests import Contest, held


class Trainer:
    """Its first round takes one second, its second two, and so on; that of Mammo half of it."""

    def __init__(self, who):
        self._taken = (number * (0.5 if who == "Mammo" else 1) for number in count(1))

    def __enter__(self):
        return self

    def __exit__(self, *_): ...

    def round(self):
        return {"seconds": next(self._taken)}


@pytest.fixture
def rows(monkeypatch):
    """Those of a contest with one peer, by their figures."""
    monkeypatch.setattr(_contests, "_REST_SECONDS", 0)
    monkeypatch.setattr(_contests, "entered", lambda who, *_: Trainer(who))

    def of(epochs):
        contest = Contest("alexnet", "JPEG", {"fastai": 2.5}, 32, epochs)
        return {(row.case.removeprefix(f"{contest.name}, "), row.figure): row for row in held(contest, Path(), 3)}

    return of


@pytest.mark.parametrize(("who", "share"), [("Mammo", 0.5), ("Mammo fp32", 1), ("fastai", 1)])
def test_of_single_epochs_the_second_of_each_turn_counts_and_the_first_is_told(rows, who, share):
    found = rows(epochs=0)
    assert found[who, "seconds"].rounds == tuple(share * number for number in (2, 4, 6))
    assert found[who, "seconds, first of its turn"].rounds == tuple(share * number for number in (1, 3, 5))


def test_a_training_from_the_files_on_is_one_turn(rows):
    found = rows(epochs=10)
    assert found["fastai", "seconds"].rounds == (1, 2, 3)
    assert ("fastai", "seconds, first of its turn") not in found


def test_the_goal_is_a_floor_of_the_ratio_within_each_round(rows):
    ratios = [row for row in rows(epochs=0).values() if row.goal is not None]
    assert [(row.rounds, row.goal, row.at_least) for row in ratios] == [((2.0, 2.0, 2.0), 2.5, True)]
