"""The demo of a first start: phantoms, and a small network trained on them, as two jobs."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta

from mammo.datasets.splitting import split_samples
from mammo.jobs.planning import policy_of
from mammo.store import JobFilter, JobRecord, NewJob, Store
from mammo.training.presets import PRESETS

NAME = "demo-phantoms"
PATIENTS = 225
FRACTIONS = (0.65, 0.1, 0.25)  # at least 50 women are tested on
_HANDED_OVER_WITHIN = timedelta(minutes=1)  # from the last film to the training in the queue; seconds, as a rule


def submit_demo(store: Store) -> bool:
    """Put what is still missing of the demo into the queue; return whether all of it has been submitted.

    Nothing is made on a server that holds data of its own. The training is submitted when its images are there: call
    again until the answer is true.
    """
    names = {record.name for record in store.data_sets.list()}
    if names - {NAME}:
        return True
    if NAME not in names:
        drawing = NewJob(
            kind="phantoms",
            config={"name": NAME, "patients": PATIENTS, "kind": "demo", "seed": 0},
            owner=_owner(),
            idempotency_key="demo images",
        )
        return store.jobs.submit(drawing).is_finished  # if it ended without them, a person decides what comes next
    if not store.jobs.list(JobFilter(kind="training", limit=1)):
        _submit_training(store)
    return True


def is_of_demo(job: JobRecord) -> bool:
    """Whether a job draws the demo's films or learns from them."""
    return job.data_set == NAME or (job.kind == "phantoms" and job.config.get("name") == NAME)


def is_training_to_come(store: Store) -> bool:
    """Whether the demo's films are being drawn, or were a moment ago, and its training is not in the queue yet."""
    drawn = store.jobs.list(JobFilter(kind="phantoms", limit=1))
    if not drawn or not is_of_demo(drawn[0]) or store.jobs.list(JobFilter(kind="training", limit=1)):
        return False
    if drawn[0].finished_at is None:
        return True
    is_there = [record.name for record in store.data_sets.list()] == [NAME]
    return is_there and datetime.now(UTC) - drawn[0].finished_at < _HANDED_OVER_WITHIN


def _submit_training(store: Store) -> None:
    config = PRESETS["demo"].config()
    samples = store.data_sets.samples(NAME)
    made = split_samples(samples, by="patient", fractions=FRACTIONS, policy=policy_of(store, NAME, config))
    split = store.splits.add(NAME, made, by=_owner())
    new = NewJob(
        kind="training",
        config=config.to_dict(),
        owner=_owner(),
        data_set=NAME,
        split=split.name,
        idempotency_key="demo",
    )
    store.jobs.submit(new)


def _owner() -> str:
    return getpass.getuser()
