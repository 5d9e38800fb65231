"""Processes that train take turns at the cores, and none waits for a dead or a stuck one."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from itertools import pairwise

import pytest
import torch

from mammo.training import fit, turns
from mammo.training.config import TrainingConfig
from mammo.training.turns import Turns, turn
from tests.unit.training.short_fits import short_fit

CPU = torch.device("cpu")
_OFTEN = """
import sys, time
from pathlib import Path
from mammo.training.turns import Turns
turns = Turns(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(15):
    with turns:
        came = time.monotonic()
        time.sleep(0.01)
        print(came, time.monotonic(), flush=True)
"""
_FOR_EVER = """
import sys, time
from pathlib import Path
from mammo.training.turns import Turns
with Turns(Path(sys.argv[1])):
    print("inside", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def started(tmp_path):
    """Starts a program that uses the same files; it has said its first word."""
    processes = []

    def start(program):
        command = [sys.executable, "-c", program, str(tmp_path)]
        processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        processes[-1].stdout.readline()
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_one_at_a_time_is_inside_and_each_lets_the_other_in(started):
    both = [started(_OFTEN) for _ in range(2)]
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    lines = [process.communicate(timeout=60)[0].splitlines() for process in both]
    spans = sorted((*map(float, line.split()), who) for who, said in enumerate(lines) for line in said)
    assert len(spans) == 30
    assert all(left <= came for (_, left, _), (came, _, _) in pairwise(spans))
    late = max(float(said[0].split()[0]) for said in lines)  # from here on both are at it
    early = min(float(said[-1].split()[0]) for said in lines)
    order = [who for came, _, who in spans if late <= came <= early]
    changes = sum(one != other for one, other in pairwise(order))
    assert changes > 0.7 * (len(order) - 1), "whoever leaves would come in again first"


@pytest.mark.slow
def test_the_turn_of_a_killed_process_is_free_at_once(started, tmp_path):
    started(_FOR_EVER).kill()
    began = time.monotonic()
    with Turns(tmp_path):
        assert time.monotonic() - began < 2


@pytest.mark.slow
def test_a_stuck_process_is_waited_for_once(started, tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "_PATIENCE_SECONDS", 0.3)
    started(_FOR_EVER).send_signal(signal.SIGSTOP)
    mine, waited = Turns(tmp_path), []
    for _ in range(2):
        began = time.monotonic()
        with mine:
            waited.append(time.monotonic() - began)
    assert waited[0] > 0.3
    assert waited[1] < 0.2


def test_without_a_place_for_the_files_work_goes_on(tmp_path):
    mine = Turns(tmp_path / "nowhere")
    for _ in range(2):
        with mine:
            pass


@pytest.mark.parametrize(("threads", "cores", "takes"), [(2, 2, True), (1, 2, False), (1, 1, True), (4, 8, False)])
def test_turns_are_taken_where_two_processes_do_not_fit_side_by_side(monkeypatch, threads, cores, takes):
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    monkeypatch.setattr(turns.os, "sched_getaffinity", lambda _: set(range(cores)))
    assert isinstance(turn(CPU), Turns if takes else nullcontext)
    assert isinstance(turn(torch.device("cuda")), nullcontext)


def test_every_step_of_a_training_is_a_turn(tmp_path, monkeypatch):
    taken = []

    class Counted:
        def __enter__(self):
            taken.append(1)

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(fit, "turn", lambda _: Counted())
    config = TrainingConfig.of({"model": "small", "batch_size": 7, "epochs": 2, "image_size": 32})
    steps = short_fit(tmp_path, config).result.step
    assert len(taken) == steps == 4
