"""Workers that are silent, or of another boot; a database that nobody can write to."""

import signal
import sqlite3
import time
from dataclasses import replace

import pytest

from mammo.jobs.workers import this_process
from mammo.store import JobState
from tests.faults.server import DEAD, FINISH, LEASE_SECONDS

pytestmark = pytest.mark.slow
DEFAULTS = {"MAMMO_HEARTBEAT_SECONDS": "", "MAMMO_LEASE_SECONDS": ""}


def until_swept(server):
    """Until some worker has looked after lost jobs once more: it finds one that was put there for it."""
    number = server.submit_idling(worker=DEAD)
    server.store.jobs.cancel(number, by="tester")
    server.until_in(number, JobState.CANCELLED, 60)


def test_a_silent_workers_job_is_taken_and_nothing_it_writes_later_counts(server):
    """F06: stopped for longer than the lease; its process goes on alone, is refused at its first word and ends."""
    number, silent = server.disturbed_idling()
    child = server.child_of(silent)
    server.stop(silent, child)
    server.start("worker", "--json")
    server.until(lambda: server.job(number).attempt == 2)
    child.resume()
    assert server.until_gone(child) < 10
    assert f"Attempt 1 of job {number} is over; attempt 2 has taken its place" in server.log_of(number)
    silent.send_signal(signal.SIGCONT)
    server.until(lambda: server.job(number).progress > 0)
    server.until_goes_on(number)
    assert (server.job(number).state, server.job(number).attempt) == (JobState.RUNNING, 2)
    assert silent.poll() is None, "it can take other jobs"


def test_a_worker_silent_for_less_than_the_lease_keeps_its_job(server):
    """F07: another worker looks twice meanwhile and takes nothing."""
    long_lease = {"MAMMO_LEASE_SECONDS": "40"}
    number, silent = server.disturbed_idling(**long_lease)
    child = server.child_of(silent)
    server.start("worker", "--json", **long_lease)
    until_swept(server)
    began = time.monotonic()
    server.stop(silent, child)
    until_swept(server)
    assert time.monotonic() - began < 38, "this machine is too busy for this test"
    for process in (child, silent):
        process.send_signal(signal.SIGCONT)
    until_swept(server)
    server.until_goes_on(number)
    assert (server.job(number).state, server.job(number).attempt) == (JobState.RUNNING, 1)


@pytest.mark.parametrize("seconds", [3 * LEASE_SECONDS, pytest.param(30, marks=pytest.mark.long)])
def test_a_locked_database_costs_no_job(server, seconds):
    """F11: locked for three leases; nobody could speak meanwhile, and nobody is taken for dead."""
    number, _worker = server.disturbed_idling()
    server.start("worker", "--json")
    until_swept(server)
    intruder = sqlite3.connect(server.settings.home / "mammo.db", isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)  # the time that passes is the fault
    intruder.close()
    until_swept(server)
    server.until_goes_on(number)
    assert (server.job(number).state, server.job(number).attempt) == (JobState.RUNNING, 1)


def test_jobs_of_another_boot_are_all_taken_up(server):
    """F33: after a reboot no process of before is alive, whatever its number and the clocks say."""
    before = replace(this_process("worker"), boot_id="the boot before")
    number, *cancelled = (server.submit_idling(worker=before) for _ in range(3))
    for other in cancelled:
        server.store.jobs.cancel(other, by="tester")
    server.finished(*FINISH)
    assert (server.job(number).state, server.job(number).attempt) == (JobState.SUCCEEDED, 2)
    assert [server.job(other).state for other in cancelled] == [JobState.CANCELLED] * 2


def test_a_worker_that_dies_on_this_machine_is_noticed_within_10_s(server, record_property):
    """R4, with the settings of an installation: another worker has the job 10 s after the death."""
    number, worker = server.disturbed_idling(**DEFAULTS)
    server.start("worker", "--json", **DEFAULTS)
    until_swept(server)
    worker.kill()
    took = server.until(lambda: server.job(number).attempt == 2, 30)
    record_property("seconds until another worker has it", took)
    assert took < 10


@pytest.mark.long
@pytest.mark.parametrize("whose", ["of this boot", "of another boot"])
def test_a_worker_that_falls_silent_is_noticed_within_40_s(server, record_property, whose):
    """F06, F33, R4: with the settings of an installation; another worker has the job within 45 s."""
    boot = {} if whose == "of this boot" else {"boot_id": "the boot before"}
    number = server.submit_idling(worker=replace(this_process("silent"), **boot))
    server.start("worker", "--json", **DEFAULTS)
    noticed = server.until(lambda: any("silent for" in note for note in server.notes_of(number)), 60)
    taken = noticed + server.until(lambda: server.job(number).attempt == 2, 60)
    record_property("seconds until noticed, until taken", (noticed, taken))
    assert (noticed < 40, taken < 45) == (True, True), (noticed, taken)
    assert server.until_ended(number).state == JobState.SUCCEEDED


@pytest.mark.long
def test_a_worker_stopped_for_a_minute_is_replaced_and_fenced(server):
    """F06, in full: SIGSTOP for 60 s with the settings of an installation."""
    number = server.submit()
    silent = server.start("worker", "--json", **DEFAULTS)
    server.until_logged(number, 4)
    child = server.child_of(silent)
    server.stop(silent, child)
    stopped_at = time.monotonic()
    server.start("worker", "--json", **DEFAULTS)
    assert server.until(lambda: server.job(number).attempt == 2, 60) < 45
    server.until_ended(number)
    server.until(lambda: time.monotonic() - stopped_at > 60)
    for process in (child, silent):
        process.send_signal(signal.SIGCONT)
    assert server.until_gone(child) < 10
    assert server.job(number).attempt == 2
    assert server.left_by(number) == server.left_by(1)
