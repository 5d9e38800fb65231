"""Installations that browser tests begin from, each made once and copied for every server."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobState, NewJob, Store, open_store
from mammo.training.presets import PRESETS
from tests.end_to_end.browser import ROOT, environment, serving


@dataclass(frozen=True)
class TrainedServer:
    """Where it answers, what it holds: the films of twelve women and the finished job 1."""

    address: str
    store: Store
    home: Path
    films: Path


def with_films(folder, patients=3):
    """Fill a folder with synthetic films and an installation that holds them."""
    write_phantoms(folder / "films", PhantomOptions(patients=patients), processes=1)
    store = open_store(settings(environment(folder / "home")))
    store.data_sets.add("films", folder / "films", import_collection(folder / "films"), by="guest")
    store.close()


def with_training(folder):
    """As ``with_films``, of twelve women, and with a training of them that a worker has carried out, job 1."""
    with_films(folder, patients=12)
    store = open_store(settings(environment(folder / "home")))
    made = split_samples(store.data_sets.samples("films"), by="patient", fractions=(0.5, 0.25, 0.25), policy="case")
    split = store.splits.add("films", made, by="guest").name
    config = PRESETS["demo"].config({"epochs": 2, "image_size": 64, "batch_size": 8, "threads": 1})
    job = store.jobs.submit(NewJob("training", config.to_dict(), "guest", "films", split)).id
    command = [sys.executable, "-m", "mammo", "worker", "--until-idle"]
    subprocess.run(command, cwd=ROOT, env=environment(folder / "home"), check=True, capture_output=True)
    assert store.jobs.get(job).state == JobState.SUCCEEDED
    store.close()


def home_in(made, folder):
    """The installation of a folder that was filled, once more in another one; its films stay where they are."""
    return Path(shutil.copytree(made / "home", folder / "home"))


@contextmanager
def trained_server(made, folder):
    """A server of its own with what ``with_training`` has made."""
    home = home_in(made, folder)
    store = open_store(settings(environment(home)))
    with serving(home) as address:
        yield TrainedServer(address, store, home, made / "films")
    store.close()
