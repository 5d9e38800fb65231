"""A process kept for a worker's next job, on its own: who is given a job, and when there is none to give it to."""

import os
import select
import signal
import sys
import time
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from mammo.config import settings
from mammo.errors import SettingsError
from mammo.jobs import spare as module
from mammo.jobs.spare import Spare
from tests.faults.server import waits

ROOT = Path(__file__).parents[3]
PATIENCE = 60  # seconds


@pytest.fixture
def environment():
    """Of a process that loads nothing ahead; see ``tests/faults/idling``."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "tests" / "faults" / "idling", ROOT)))}


@pytest.fixture
def spare():
    kept = Spare()
    yield kept
    kept.end()


@pytest.fixture
def waiting(spare, environment):
    """The number of the process that waits."""
    spare.keep(environment)
    process = psutil.Process(spare._process.pid)
    until = time.monotonic() + PATIENCE
    while not waits(process):
        assert time.monotonic() < until
    return process


@pytest.fixture
def log(tmp_path):
    (tmp_path / "log.txt").write_text("before\n")
    return tmp_path / "log.txt"


@pytest.mark.slow
def test_it_takes_a_job_and_writes_into_that_jobs_log(spare, waiting, log, environment):
    """Job 7 is not there, which the process finds out and says."""
    process = spare.hand_over(7, 2, log, environment)
    assert process.pid == waiting.pid
    assert process.wait(timeout=PATIENCE) == 3
    process.stdin.close(), process.stdout.close()
    assert log.read_text().startswith("before\n")
    assert "attempt 2  There is no job 7" in (settings().job_dir(7) / "log.txt").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_stuck_or_killed_it_is_given_no_job_and_ended(spare, waiting, log, environment, number):
    waiting.send_signal(number)
    assert spare.hand_over(7, 2, log, environment) is None
    assert not waiting.is_running()


@pytest.mark.slow
def test_one_that_was_started_under_other_settings_is_given_no_job(spare, waiting, log, environment):
    assert spare.hand_over(7, 2, log, {**environment, "MAMMO_WEIGHTS_DIR": "elsewhere"}) is None
    assert not waiting.is_running()


@pytest.mark.slow
def test_one_that_was_started_under_older_code_is_given_no_job(spare, log, environment, tmp_path, monkeypatch, request):
    source = tmp_path / "mammo" / "jobs" / "child.py"
    source.parent.mkdir(parents=True)
    source.touch()
    monkeypatch.setattr(module, "_ROOT", tmp_path)
    waiting = request.getfixturevalue("waiting")
    os.utime(source, ns=(0, 0))  # an older version may come back
    assert spare.hand_over(7, 2, log, environment) is None
    assert not waiting.is_running()


def test_one_that_still_loads_is_kept_for_the_job_after_this_one(spare, log, environment):
    spare.keep(environment)
    assert spare.hand_over(7, 2, log, environment) is None
    assert spare._process.poll() is None


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_one_that_keeps_dying_is_started_ever_more_seldom(monkeypatch, caplog):
    """A second after the first death, two after the next; a minute at the most."""
    clock, started = Clock(), []
    monkeypatch.setattr(sys, "executable", "/bin/false")
    spare = Spare(clock)
    for _ in range(200):
        before = spare._process
        spare.keep({})
        if spare._process not in (None, before):
            started.append(clock.now)
            spare._process.wait()
        clock.now += 1
    spare.end()
    assert [later - earlier for earlier, later in pairwise(started)] == [2, 3, 5, 9, 17, 33, 61, 61]
    assert "ended (exit code 1); another starts in 60 s" in caplog.text


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Lets a script of the shell be started in place of the process."""

    def of(script):
        path = tmp_path / "stand-in"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return of


def test_one_that_hangs_while_it_loads_is_ended_and_the_next_ones_ever_later(stand_in, caplog):
    stand_in("exec sleep 600")
    clock = Clock()
    spare = Spare(clock)
    for wait in (1, 2):
        spare.keep(os.environ)
        process = spare._process
        clock.now += 121
        spare.keep(os.environ)
        assert (spare._process, process.returncode) == (None, -signal.SIGKILL)
        assert f"had not loaded after 120 s; another starts in {wait} s" in caplog.text
        clock.now += wait


def test_what_a_library_says_while_it_loads_does_not_hide_that_it_has_loaded(stand_in, spare, environment):
    stand_in(r"printf 'A library greets.\nready\n'; exec sleep 600")
    spare.keep(environment)
    assert select.select([spare._process.stdout], [], [], PATIENCE)[0]
    assert spare._has_loaded(spare._process)


@pytest.mark.parametrize(("free", "is_there"), [(3 << 30, True), (1 << 29, False)])
def test_where_memory_is_scarce_there_is_none(monkeypatch, free, is_there):
    clock = Clock()
    spare = Spare(clock)
    for available in (3 << 30, free, free):
        monkeypatch.setattr(psutil, "virtual_memory", lambda available=available: SimpleNamespace(available=available))
        spare.keep(os.environ)
        clock.now += 1
    assert (spare._process is not None) == is_there
    spare.end()


def test_the_setting_says_yes_or_no():
    assert settings({}).keeps_spare
    assert not settings({"MAMMO_SPARE_PROCESS": "no"}).keeps_spare
    with pytest.raises(SettingsError, match="MAMMO_SPARE_PROCESS is yes or no, not 'maybe'"):
        settings({"MAMMO_SPARE_PROCESS": "maybe"})
