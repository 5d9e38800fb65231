"""A training in the foreground, killed at random moments, then resumed: the same weights, the same numbers."""

import signal

import numpy as np
import pytest

from tests.faults.server import TRAINING

TRAIN = ["train", "--dataset", "films", "--preset", "demo", "--json"]
TRAIN += [part for key, value in TRAINING.items() for part in ("--set", f"{key}={value}")]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_kill_and_resume_change_nothing(server, seed):
    """F01 at the terminal."""
    before = server.store.jobs.list()[0].id
    process = server.start(*TRAIN, "--split", server.split)
    server.until(lambda: server.store.jobs.list()[0].id > before)
    killed = server.store.jobs.list()[0].id
    server.until_logged(killed, int(np.random.default_rng(seed).integers(3, 70)))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    server.finished("jobs", "resume", killed, "--json")
    assert server.left_by(killed) == server.left_by(1)
