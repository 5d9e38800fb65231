"""Audits at the terminal: queued once however often they are asked for, refused where they make no sense."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from mammo.commands import app
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import NewJob, Worker
from mammo.training.presets import PRESETS

WORKER = Worker("worker-1", 4711, "boot-1", 12.5)


@pytest.fixture
def trained(store, tmp_path):
    """Makes a finished training of twelve films, with settings of its own."""
    write_phantoms(tmp_path / "films", PhantomOptions(patients=6, pitch_mm=2), processes=1)
    store.data_sets.add("films", tmp_path / "films", import_collection(tmp_path / "films"), by="guest")
    samples = store.data_sets.samples("films")
    made = split_samples(samples, by="patient", fractions=(0.5, 0.0, 0.5), policy="case")
    split = store.splits.add("films", made, by="guest").name

    def train(**values):
        config = PRESETS["demo"].config({"epochs": 1, **values}).to_dict()
        job = store.jobs.submit(NewJob("training", config, "guest", "films", split), WORKER)
        store.jobs.begin(job.id, 1, {})
        store.jobs.finish(job.id, 1, {})
        return job.id

    return train


def mammo(*arguments, code=0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.stderr or result.exception
    return result.stderr if code else json.loads(result.stdout)


def test_a_twin_is_queued_once_and_its_pairs_are_told(trained):
    job = trained()
    first = mammo("audit", "twin", job, "--seeds", 2, "--json")
    again = mammo("audit", "twin", job, "--seeds", 2, "--json")
    assert first["queued"] in {3, 4}
    assert len(first["trainings"]) == 4
    assert again["queued"] == 0
    assert [one["id"] for one in again["trainings"]] == [one["id"] for one in first["trainings"]]
    assert first["premium"] is None


def test_a_background_control_is_queued_once(trained):
    job = trained()
    first, again = (mammo("audit", "background", job, "--json") for _ in range(2))
    assert (first["kind"], first["status"], first["control"]) == ("background_control", "queued", None)
    assert again["id"] == first["id"]


def test_a_control_of_squares_and_a_control_of_no_training_are_refused(trained, store):
    assert "squares cut out of films" in mammo("audit", "background", trained(region="lesion"), code=2)
    waiting = store.jobs.submit(NewJob("phantoms", {}, "guest")).id
    assert "needs a finished training" in mammo("audit", "background", waiting, code=2)
    assert "no training" in mammo("audit", "twin", waiting, code=2)


def test_a_score_that_is_not_known_queues_nothing(trained, store):
    job = trained()
    before = len(store.jobs.list())
    assert "accuracy" in mammo("audit", "twin", job, "--score", "nothing", code=2)
    assert len(store.jobs.list()) == before
