"""What must hold after every fault: I1 to I9, looked up in the database, on the disk and among the processes."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import psutil
from sqlalchemy import text

from mammo.files import sha256_of
from mammo.jobs.child import LOG_NAME
from mammo.jobs.leftovers import remove_leftovers
from mammo.store import JobState
from mammo.training.checkpoint import read_checkpoint

ENDS = {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}
IN_HAND = {JobState.STARTING, JobState.RUNNING, JobState.CANCELLING}


def assert_invariants(store, settings, ended):
    """Nothing lost, nothing done twice, nothing left lying about.

    I9, a GPU's memory, follows from I7: the driver takes it back with the process.

    Args:
        store: The database of a home on which faults were made.
        settings: Of that home.
        ended: Jobs that had ended at an earlier look, by number; the new ones are added.
    """
    jobs = store.jobs.list()
    assert sorted(job.id for job in jobs) == list(range(1, len(jobs) + 1)), "I1: a job vanished"
    for job in jobs:
        _assert_one_life(job, store.jobs.history(job.id))
        _assert_whole_metrics(store.jobs.metrics(job.id))
        _assert_whole_files(job, settings.job_dir(job.id))
    assert {number: store.jobs.get(number) for number in ended} == ended, "I2: an end was changed"
    ended |= {job.id: job for job in jobs if job.state in ENDS}
    _assert_sound(store)
    _assert_no_process_without_job(store, settings.home)
    for job in jobs:
        if job.state == JobState.SUCCEEDED:
            assert not list(settings.job_dir(job.id).rglob("*.tmp")), f"I8: job {job.id} left something half written"
    remove_leftovers(settings, youngest_seconds=0)
    assert not list(settings.home.rglob("*.tmp")), "I8: the sweep left something half written"


def _assert_one_life(job, history):
    states = [event.to_state for event in history]
    assert states[-1] == job.state, f"I1: job {job.id} is {job.state}, its history says {states}"
    assert [event.from_state for event in history] == [None, *states[:-1]], f"I1: a step is missing: {states}"
    assert not ENDS.intersection(states[:-1]), f"I2: something happened after the end of job {job.id}: {states}"
    assert states.count(JobState.SUCCEEDED) <= 1, f"I3: job {job.id} was completed twice"
    attempts = [event.attempt for event in history]
    assert attempts == sorted(attempts), f"I3: attempts of job {job.id} go back: {attempts}"
    assert attempts[-1] == job.attempt == states.count(JobState.STARTING)


def _assert_whole_metrics(rows):
    times = Counter((row.fold, row.step, row.name) for row in rows)
    assert not times or max(times.values()) == 1, "I4: a number is there twice"
    for fold in {row.fold for row in rows}:
        steps = sorted(row.step for row in rows if row.fold == fold and row.name == "train_loss")
        assert steps == list(range(1, len(steps) + 1)), "I4: a gap in the metrics"


def _assert_whole_files(job, folder):
    if job.state == JobState.SUCCEEDED and job.kind == "training":
        manifests = sorted(folder.glob("models/fold-*/manifest.json"))
        assert manifests, f"I5: job {job.id} has no model"
        for manifest in manifests:
            _assert_hashes(manifest)
    if job.failure_kind == "checkpoint":
        return  # a test has damaged them, and the job said so
    for fold in folder.glob("checkpoints/fold-*"):
        # of three generations the oldest may be half removed
        for kept in [*sorted(fold.glob("step-*[0-9]"))[-2:], *sorted(fold.glob("best-*[0-9]"))[-1:]]:
            read_checkpoint(kept)  # raises where a hash is not the one written


def _assert_hashes(manifest: Path):
    written = json.loads(manifest.read_text())["sha256"]
    files = {name: manifest.with_name(name) for name in written if "." in name}
    assert files, manifest
    assert {name: sha256_of(path) for name, path in files.items()} == {name: written[name] for name in files}, "I5"


def _assert_sound(store):
    with store._database.reading() as connection:
        assert connection.scalars(text("PRAGMA integrity_check")).all() == ["ok"], "I6"
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == [], "I6"


def _assert_no_process_without_job(store, home):
    """A process that was killed may need a moment to be gone; no spare is left by a worker that has ended."""
    until = time.monotonic() + 10
    while stray := [job for job in working_at(home) if job is None or store.jobs.get(job).state not in IN_HAND]:
        assert time.monotonic() < until, f"I7: a process works at {stray}, which is in nobody's hands"
        time.sleep(0.1)


def working_at(home):
    """Numbers of the jobs that some process works at, None for one that waits for a job."""
    processes = [one for one in psutil.process_iter(["cmdline"]) if "mammo.jobs.child" in (one.info["cmdline"] or [])]
    return [job_of(process) for process in processes if _home_of(process) == str(home)]


def job_of(process):
    """The number of the job that a process works at, known by the log that it writes; None if it waits for one."""
    try:
        logs = [Path(file.path) for file in process.open_files() if Path(file.path).name == LOG_NAME]
    except psutil.Error:  # it has just ended
        return None
    return int(logs[0].parent.name) if logs else None


def _home_of(process):
    try:
        return process.environ().get("MAMMO_HOME")
    except psutil.Error:  # it has just ended
        return None
