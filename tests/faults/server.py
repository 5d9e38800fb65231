"""A home of its own with real commands and real workers on it, for tests that kill them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from mammo.config import settings
from mammo.datasets.splitting import split_samples
from mammo.files import sha256_of
from mammo.jobs.sweeping import Sweeper
from mammo.jobs.workers import this_process
from mammo.store import JobFilter, JobState, NewJob, open_store
from mammo.training.presets import PRESETS
from tests.faults.invariants import ENDS, assert_invariants, job_of

ROOT = Path(__file__).parents[2]
WAITING = {JobState.QUEUED, JobState.PAUSED, JobState.HELD}
FINISH = ("worker", "--until-idle", "--json")
LEASE_SECONDS = 3
#: A worker that keeps a process for the next job from the first moment on.
EAGER = "import mammo.jobs.worker as worker\nworker._CALM_SECONDS = 0\nfrom mammo.commands import app\napp()"
DEAD = replace(this_process("dead"), pid=2**22 - 1)  # no process has this number
TRAINING = {
    "epochs": 6, "image_size": 64, "batch_size": 8, "threads": 1, "augmentation": "paper", "checkpoint_every": 3,
}  # fmt: skip


class Server:
    """Commands, each in a process of its own, on one home; nothing outlives ``close``."""

    def __init__(self, home):
        own = {"MAMMO_HOME": str(home), "MAMMO_HEARTBEAT_SECONDS": "0.5", "MAMMO_LEASE_SECONDS": str(LEASE_SECONDS)}
        path = os.pathsep.join(map(str, (Path(__file__).parent / "idling", ROOT)))
        self.environment = {**os.environ, **own, "OMP_NUM_THREADS": "1", "PYTHONPATH": path}
        self.settings = settings(own)
        self.store = open_store(self.settings)
        self.processes = []
        self.ended = {}  # jobs that have ended so far, as they were then

    def start(self, *arguments, program=("-m", "mammo"), **environment):
        """Start a command, or another program of Python; with other settings than the home's, if you like."""
        command = [sys.executable, *program, *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, cwd=ROOT, env={**self.environment, **environment}, **pipes)
        self.processes.append(process)
        return process

    def finished(self, *arguments, code=0):
        """What a command printed: JSON where it was asked for, else its words on stderr."""
        process = self.start(*arguments)
        output, words = process.communicate(timeout=300)
        assert process.returncode == code, words.decode()
        return json.loads(output) if "--json" in arguments and code == 0 else words.decode()

    def add_films(self, folder):
        self.finished("datasets", "add", folder, "--name", "films")
        made = split_samples(self.store.data_sets.samples("films"), by="patient", policy="case")
        self.split = self.store.splits.add("films", made, by="tester").name

    def submit(self, kind="training", **values):
        config = PRESETS["demo"].config({**TRAINING, **values}).to_dict()
        new = NewJob(kind=kind, config=config, owner="tester", data_set="films", split=self.split)
        return self.store.jobs.submit(new).id

    def submit_phantoms(self, patients):
        """A job that draws, by several processes of its own if there are many women."""
        name = f"phantoms-{len(self.store.jobs.list()) + 1}"
        config = {"name": name, "patients": patients, "kind": "demo", "seed": 0}
        return self.store.jobs.submit(NewJob(kind="phantoms", config=config, owner="tester")).id

    def submit_idling(self, steps=1, worker=None):
        """A job that only waits, for a twentieth of a second a step; see ``idling/sitecustomize.py``."""
        return self.store.jobs.submit(NewJob(kind="idling", config={"steps": steps}, owner="tester"), worker).id

    def job(self, number):
        return self.store.jobs.get(number)

    def until(self, condition, seconds=120):
        """Wait for a condition; return how long it took."""
        start = time.monotonic()
        while not condition():
            if time.monotonic() - start > seconds:
                states = [(job.id, str(job.state), job.note) for job in self.store.jobs.list()]
                ended = [one for one in self.processes if one.poll() not in {None, 0, -signal.SIGKILL}]
                words = [one.communicate()[1].decode()[-500:] for one in ended]
                pytest.fail(f"waited {seconds} s in vain; jobs: {states}; processes that failed: {words}")
            time.sleep(0.02)
        return time.monotonic() - start

    def until_logged(self, number, count):
        self.until(lambda: len(self.store.jobs.metrics(number)) >= count or self.job(number).state in ENDS)
        assert self.job(number).state == JobState.RUNNING, "it ended before it could be disturbed"

    def disturbed(self, count=4, **values):
        """A running training with so many numbers logged, and the worker that has it."""
        number = self.submit(**values)
        worker = self.start("worker", "--json")
        self.until_logged(number, count)
        return number, worker

    def disturbed_idling(self, *, program=("-m", "mammo"), **environment):
        """A long job that only waits, at work, and the worker that has it."""
        number = self.submit_idling(steps=10_000)
        worker = self.start("worker", "--json", program=program, **environment)
        self.until(lambda: self.job(number).progress > 0)
        return number, worker

    def stop(self, *processes):
        """Stop processes, at a moment when none of them holds the database's lock: nobody else could go on then."""
        while True:
            for process in processes:
                process.send_signal(signal.SIGSTOP)
            self.until(lambda: all(psutil.Process(one.pid).status() == psutil.STATUS_STOPPED for one in processes))
            if self.is_free():
                return
            for process in processes:
                process.send_signal(signal.SIGCONT)

    def is_free(self):
        """Whether anybody could write to the database now, at the latest when those who are quick are done."""
        with closing(sqlite3.connect(self.settings.home / "mammo.db", timeout=2, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                return False
        return True

    def until_goes_on(self, number):
        """Until a job has come further than it is now."""
        before = self.job(number).progress
        self.until(lambda: self.job(number).progress > before)

    def child_of(self, worker):
        """The process of the job that a worker has in hand."""
        return next(one for one in self.children_of(worker) if job_of(one) is not None)

    def spares_of(self, worker):
        """The process that a worker keeps for its next job, if there is one."""
        return [one for one in self.children_of(worker) if is_spare(one)]

    def until_spare(self, worker):
        """The process that a worker keeps for its next job, as soon as it has loaded all and waits."""
        self.until(lambda: any(waits(one) for one in self.spares_of(worker)))
        return self.spares_of(worker)[0]

    def until_ended(self, number):
        self.until(lambda: self.job(number).state in ENDS)
        return self.job(number)

    def until_in(self, number, state, seconds=120):
        return self.until(lambda: self.job(number).state == state, seconds)

    def until_gone(self, process, seconds=10):
        """Wait for a process of a job to end; return how long it took."""
        return self.until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, seconds)

    def notes_of(self, number):
        return [event.note or "" for event in self.store.jobs.history(number)]

    def log_of(self, number):
        return (self.settings.job_dir(number) / "log.txt").read_text()

    def generations_of(self, number):
        return sorted((self.settings.job_dir(number) / "checkpoints" / "fold-0").glob("step-*[0-9]"))

    def children_of(self, process):
        return psutil.Process(process.pid).children(recursive=True)

    def left_by(self, number):
        """What a training leaves: the hash of its weights, its metrics, its scores."""
        weights = self.settings.job_dir(number) / "models" / "fold-0" / "weights.safetensors"
        return sha256_of(weights), self.store.jobs.metrics(number), self.job(number).result

    def calm_down(self):
        """After a test, also one that failed: no process works on, no job waits."""
        for process in self.processes:
            if process.poll() is None:
                for one in [*self.children_of(process), process]:
                    one.send_signal(signal.SIGCONT)
                process.terminate()
            process.communicate(timeout=60)
        self.processes.clear()
        Sweeper(self.store, LEASE_SECONDS).sweep()
        for job in self.store.jobs.list(JobFilter(states=WAITING)):
            self.store.jobs.cancel(job.id, by="tester")

    def check_invariants(self):
        assert_invariants(self.store, self.settings, self.ended)

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                for one in [*self.children_of(process), process]:
                    one.kill()
            process.communicate()
        self.store.close()


def is_spare(process):
    try:
        return process.cmdline()[-1:] == ["mammo.jobs.child"] and job_of(process) is None
    except psutil.Error:  # it has just ended
        return False


def waits(process):
    """Whether a process that has computed for a while does nothing now, and does not wish for a processor either."""
    try:
        before = process.cpu_times()
        looks = {time.sleep(0.03) or process.status() for _ in range(10)}
        return looks == {psutil.STATUS_SLEEPING} and process.cpu_times() == before and sum(before[:2]) > 0.2
    except psutil.NoSuchProcess:  # it has just ended
        return False
