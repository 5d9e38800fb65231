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


def mammo(*arguments):
    command = [sys.executable, "-m", "mammo", *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )


def finished(*arguments):
    process = mammo(*arguments)
    output = process.communicate(timeout=300)[0]
    assert process.returncode == 0
    return json.loads(output) if "--json" in arguments else None


def left_by(job):
    store = open_store(settings())
    weights = settings().job_dir(job) / "models" / "fold-0" / "weights.safetensors"
    return sha256_of(weights), store.jobs.metrics(job), store.jobs.get(job).result


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_kill_and_resume_change_nothing(tmp_path, seed):
    finished("phantoms", tmp_path / "films", "--patients", 30)
    finished("datasets", "add", tmp_path / "films")
    undisturbed = finished(*TRAIN)["job"]
    killed = kill_at_a_random_step(int(np.random.default_rng(seed).integers(3, 70)))
    finished("jobs", "resume", killed, "--json")
    assert left_by(killed) == left_by(undisturbed)


def kill_at_a_random_step(step):
    """Kill the second training once its log has grown to ``step`` numbers; return its job."""
    process = mammo(*TRAIN)
    store, deadline = open_store(settings()), time.monotonic() + 200
    while time.monotonic() < deadline and process.poll() is None:
        jobs = store.jobs.list()
        latest = max(job.id for job in jobs)
        if latest > 1 and len(store.jobs.metrics(latest)) >= step:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return latest
        process.poll()
    pytest.fail("the training ended before it could be killed")
