"""A training process killed at random moments, then resumed: the same weights, the same numbers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mammo.config import settings
from mammo.files import sha256_of
from mammo.store import open_store

ROOT = Path(__file__).parents[2]
TRAIN = [
    "train", "--dataset", "films", "--preset", "demo", "--set", "epochs=6", "--set", "image_size=64",
    "--set", "batch_size=8", "--set", "threads=1",
    "--set", "augmentation=paper", "--set", "checkpoint_every=3", "--json",
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A home with phantoms and one undisturbed training, job 1; all of this module's tests share it."""
    home = Server(tmp_path_factory.mktemp("home"))
    films = tmp_path_factory.mktemp("data") / "films"
    home.finished("phantoms", films, "--patients", 30)
    home.finished("datasets", "add", films)
    assert home.finished(*TRAIN)["job"] == 1
    return home


class Server:
    """Commands, each in a process of its own, on one home."""

    def __init__(self, home):
        self.environment = {**os.environ, "MAMMO_HOME": str(home), "OMP_NUM_THREADS": "1"}
        self.settings = settings({"MAMMO_HOME": str(home)})
        self.store = open_store(self.settings)

    def start(self, *arguments):
        command = [sys.executable, "-m", "mammo", *map(str, arguments)]
        return subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.environment
        )

    def finished(self, *arguments):
        process = self.start(*arguments)
        output = process.communicate(timeout=300)[0]
        assert process.returncode == 0
        return json.loads(output) if "--json" in arguments else None

    def left_by(self, job):
        weights = self.settings.job_dir(job) / "models" / "fold-0" / "weights.safetensors"
        return sha256_of(weights), self.store.jobs.metrics(job), self.store.jobs.get(job).result

    def kill_at(self, count):
        """Start another training, kill it once it has logged ``count`` numbers; return its job."""
        before = max(job.id for job in self.store.jobs.list())
        process, deadline = self.start(*TRAIN), time.monotonic() + 200
        while time.monotonic() < deadline and process.poll() is None:
            latest = max(job.id for job in self.store.jobs.list())
            if latest > before and len(self.store.jobs.metrics(latest)) >= count:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                return latest
        process.kill()
        process.communicate()
        return pytest.fail("the training ended before it could be killed")


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_kill_and_resume_change_nothing(server, seed):
    killed = server.kill_at(int(np.random.default_rng(seed).integers(3, 70)))
    server.finished("jobs", "resume", killed, "--json")
    assert server.left_by(killed) == server.left_by(1)
