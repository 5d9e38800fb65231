"""The demo of a first start: phantoms, and a small network trained on them."""

from __future__ import annotations

import getpass
import shutil

from mammo.config import Settings
from mammo.datasets import DATASETS
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.jobs.planning import policy_of
from mammo.jobs.training import TRAINING, Listener, carry_out_training, start_training
from mammo.jobs.workers import this_process
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobFilter, JobState, NewJob, Store
from mammo.training.presets import PRESETS

NAME = "demo-phantoms"
PATIENTS = 225
FRACTIONS = (0.65, 0.1, 0.25)  # at least 50 women are tested on


def make_demo(store: Store, settings: Settings, listener: Listener) -> None:
    """Write the phantoms, import them and train on them; what is there already is not made again.

    Nothing is made on a server that holds data of its own.
    """
    names = {record.name for record in store.data_sets.list()}
    if names - {NAME}:
        return
    folder = settings.datasets_dir / NAME
    if NAME not in names:
        listener(0, "drawing synthetic mammograms")
        shutil.rmtree(folder, ignore_errors=True)  # left by a start that was broken off
        write_phantoms(folder, PhantomOptions(patients=PATIENTS))
        listener(0, "reading them")
        imported = import_collection(folder)
        policy = DATASETS[imported.layout].default_policy
        store.data_sets.add(NAME, folder, imported, by=_owner(), label_policy=policy)
    job_id = _job(store)
    if store.jobs.get(job_id).state != JobState.SUCCEEDED:
        attempt = start_training(store, job_id, this_process("demo"))
        carry_out_training(store, settings, job_id, attempt, listener)


def _job(store: Store) -> int:
    """The demo's training, made once whoever starts the server."""
    trainings = store.jobs.list(JobFilter(kind=TRAINING, states={JobState.SUCCEEDED}))
    if trainings:
        return trainings[0].id
    config = PRESETS["demo"].config()
    samples = store.data_sets.samples(NAME)
    made = split_samples(samples, by="patient", fractions=FRACTIONS, policy=policy_of(store, NAME, config))
    split = store.splits.add(NAME, made, by=_owner())
    new = NewJob(
        kind=TRAINING,
        config=config.to_dict(),
        owner=_owner(),
        data_set=NAME,
        split=split.name,
        idempotency_key="demo",
    )
    return store.jobs.submit(new).id


def _owner() -> str:
    return getpass.getuser()
