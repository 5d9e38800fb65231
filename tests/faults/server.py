"""A home of its own with real commands and real workers on it, for tests that kill them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from mammo.config import settings
from mammo.datasets.splitting import split_samples
from mammo.files import sha256_of
from mammo.store import JobState, NewJob, open_store
from mammo.training.presets import PRESETS

ROOT = Path(__file__).parents[2]
ENDS = {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}
IN_HAND = {JobState.STARTING, JobState.RUNNING, JobState.CANCELLING}
TRAINING = {
    "epochs": 6, "image_size": 64, "batch_size": 8, "threads": 1, "augmentation": "paper", "checkpoint_every": 3,
}  # fmt: skip


class Server:
    """Commands, each in a process of its own, on one home; nothing outlives ``close``."""

    def __init__(self, home):
        own = {"MAMMO_HOME": str(home), "MAMMO_HEARTBEAT_SECONDS": "0.5", "MAMMO_LEASE_SECONDS": "3"}
        self.environment = {**os.environ, **own, "OMP_NUM_THREADS": "1"}
        self.settings = settings(own)
        self.store = open_store(self.settings)
        self.processes = []

    def start(self, *arguments):
        command = [sys.executable, "-m", "mammo", *map(str, arguments)]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment
        )
        self.processes.append(process)
        return process

    def finished(self, *arguments, code=0):
        """What a command printed: JSON where it was asked for, else its words on stderr."""
        process = self.start(*arguments)
        output, words = process.communicate(timeout=300)
        assert process.returncode == code, words.decode()
        return json.loads(output) if "--json" in arguments and code == 0 else words.decode()

    def add_films(self, folder, patients=30):
        self.finished("phantoms", folder, "--patients", patients)
        self.finished("datasets", "add", folder, "--name", "films")
        made = split_samples(self.store.data_sets.samples("films"), by="patient", policy="case")
        self.split = self.store.splits.add("films", made, by="tester").name

    def submit(self, kind="training", **values):
        config = PRESETS["demo"].config({**TRAINING, **values}).to_dict()
        new = NewJob(kind=kind, config=config, owner="tester", data_set="films", split=self.split)
        return self.store.jobs.submit(new).id

    def job(self, number):
        return self.store.jobs.get(number)

    def until(self, condition, seconds=120):
        """Wait for a condition; return how long it took."""
        start = time.monotonic()
        while not condition():
            if time.monotonic() - start > seconds:
                states = [(job.id, str(job.state), job.note) for job in self.store.jobs.list()]
                pytest.fail(f"waited {seconds} s in vain; jobs: {states}")
            time.sleep(0.02)
        return time.monotonic() - start

    def until_logged(self, number, count):
        self.until(lambda: len(self.store.jobs.metrics(number)) >= count or self.job(number).state in ENDS)
        assert self.job(number).state == JobState.RUNNING, "it ended before it could be disturbed"

    def until_ended(self, number):
        self.until(lambda: self.job(number).state in ENDS)
        return self.job(number)

    def children_of(self, process):
        return psutil.Process(process.pid).children(recursive=True)

    def left_by(self, number):
        """What a training leaves: the hash of its weights, its metrics, its scores."""
        weights = self.settings.job_dir(number) / "models" / "fold-0" / "weights.safetensors"
        return sha256_of(weights), self.store.jobs.metrics(number), self.job(number).result

    def check_invariants(self):
        """I1 to I8 of every fault test: nothing lost, nothing done twice, nothing left lying about."""
        jobs = self.store.jobs.list()
        assert sorted(job.id for job in jobs) == list(range(1, len(jobs) + 1))
        for job in jobs:
            history = self.store.jobs.history(job.id)
            ends = [event for event in history if event.to_state in ENDS]
            assert len(ends) == (job.state in ENDS), history
            assert not ends or history[-1] is ends[0], "something happened after the end"
            steps = Counter((row.fold, row.step, row.name) for row in self.store.jobs.metrics(job.id))
            assert not steps or max(steps.values()) == 1
            losses = sorted(row.step for row in self.store.jobs.metrics(job.id) if row.name == "train_loss")
            assert losses == list(range(1, len(losses) + 1)), "a gap in the metrics"
            if job.state == JobState.SUCCEEDED and job.kind == "training":
                assert self.left_by(job.id)[0] == self._written_hash(job.id)
        assert not list(self.settings.home.rglob("*.tmp"))

    def _written_hash(self, number):
        manifest = self.settings.job_dir(number) / "models" / "fold-0" / "manifest.json"
        return json.loads(manifest.read_text())["sha256"]["weights.safetensors"]

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                for one in [*self.children_of(process), process]:
                    one.send_signal(signal.SIGCONT)
                    one.kill()
            process.communicate()
