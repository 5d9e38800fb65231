"""A server with a training that its own worker has carried out."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mammo.config import settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobState, NewJob, Store, open_store
from mammo.training.presets import PRESETS
from tests.end_to_end.browser import serving


@dataclass(frozen=True)
class TrainedServer:
    """Where it answers, what it holds: the films of twelve women and the finished job 1."""

    address: str
    store: Store
    home: Path
    films: Path


@contextmanager
def trained_server(folder):
    """Such a server in an empty folder."""
    films, home = folder / "films", folder / "home"
    write_phantoms(films, PhantomOptions(patients=12), processes=1)
    store = open_store(settings({"MAMMO_HOME": str(home)}))
    store.data_sets.add("films", films, import_collection(films), by="guest")
    made = split_samples(store.data_sets.samples("films"), by="patient", fractions=(0.5, 0.25, 0.25), policy="case")
    split = store.splits.add("films", made, by="guest").name
    config = PRESETS["demo"].config({"epochs": 2, "image_size": 64, "batch_size": 8, "threads": 1})
    job = store.jobs.submit(NewJob("training", config.to_dict(), "guest", "films", split)).id
    with serving(home) as address:
        for _ in range(1200):
            if store.jobs.get(job).is_finished:
                break
            time.sleep(0.1)
        assert store.jobs.get(job).state == JobState.SUCCEEDED
        yield TrainedServer(address, store, home, films)
    store.close()
