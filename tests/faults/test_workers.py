"""Workers and jobs' processes that are killed, drained and poisoned."""

import signal

import psutil
import pytest

from mammo.store import JobState
from tests.faults.server import FINISH

pytestmark = pytest.mark.slow


def test_all_processes_of_a_job_die_with_its_worker(server):
    """F01, F03: the kernel ends the job's process; those that it has started for itself end with it."""
    number = server.submit_phantoms(patients=1000)
    worker = server.start("worker", "--json")
    server.until(lambda: len(server.children_of(worker)) > 3)  # the job, its helper processes, their tracker
    family = server.children_of(worker)
    worker.kill()
    _, living = psutil.wait_procs(family, timeout=10)
    assert [one for one in living if one.status() != psutil.STATUS_ZOMBIE] == []
    assert server.job(number).state in {JobState.STARTING, JobState.RUNNING}  # until the next worker looks


def test_a_killed_jobs_process_is_noticed_and_its_worker_goes_on(server):
    """F02: told as signal 9 within 5 s; its worker starts it again and takes the next job."""
    number, worker = server.disturbed_idling()
    following = server.submit_idling()
    server.child_of(worker).kill()
    assert server.until(lambda: any("killed (signal 9)" in note for note in server.notes_of(number))) < 5
    server.until(lambda: server.job(number).attempt == 2 and server.job(number).state == JobState.RUNNING)
    server.store.jobs.cancel(number, by="tester")
    assert server.until_ended(following).state == JobState.SUCCEEDED
    assert worker.poll() is None


def test_told_twice_a_worker_does_not_wait_for_its_job_any_more(server):
    """F05: the first SIGINT waits for a checkpoint, here of a process that is stuck; the second ends all of it."""
    number, worker = server.disturbed_idling()
    child = server.child_of(worker)
    child.suspend()
    worker.send_signal(signal.SIGINT)
    beats = set()
    server.until(lambda: len(beats) > 3 or beats.add(server.job(number).heartbeat_at))
    assert worker.poll() is None, "it did not wait for its job"
    worker.send_signal(signal.SIGINT)
    worker.communicate(timeout=5)
    assert worker.returncode == 0
    assert server.until_gone(child) < 5
    assert server.job(number).state == JobState.QUEUED


def test_a_job_that_kills_its_process_each_time_is_held_and_can_be_let_go_on(server):
    """F38: after three attempts without a checkpoint; another job waits no longer than these take."""
    number, other = server.submit_idling(steps=40), server.submit_idling()
    worker = server.start("worker", "--json")
    for attempt in (1, 2, 3):
        server.until(lambda attempt=attempt: server.job(number).attempt == attempt)
        server.until_in(number, JobState.RUNNING)
        server.child_of(worker).kill()
        server.until(lambda: server.job(number).state != JobState.RUNNING)
    assert server.until_in(number, JobState.HELD) < 10
    assert "3 times without a checkpoint" in server.job(number).reason
    assert server.until_ended(other).state == JobState.SUCCEEDED
    server.store.jobs.resume(number, by="tester")
    assert server.until_ended(number).state == JobState.SUCCEEDED


@pytest.mark.long
def test_a_checkpoint_between_two_deaths_starts_the_count_again(server):
    """F38: what comes further each time is no poison."""
    number = server.submit(checkpoint_every=1)
    worker = server.start("worker", "--json")
    for attempt in (1, 2, 3, 4):
        server.until(lambda attempt=attempt: server.job(number).attempt == attempt)
        for _ in range(2):  # when the second one is there, the database knows of the first
            known = server.generations_of(number)
            server.until(lambda known=known: server.generations_of(number) not in ([], known))
        server.child_of(worker).kill()
    assert server.until_ended(number).state == JobState.SUCCEEDED
    assert server.left_by(number)[:2] == server.left_by(1)[:2]


@pytest.mark.long
def test_two_workers_share_the_queue_and_do_each_job_once(server):
    """F08 in the small, with jobs that are really carried out."""
    numbers = [server.submit_idling() for _ in range(4)]
    workers = [server.start(*FINISH) for _ in range(2)]
    for worker in workers:
        worker.communicate(timeout=120)
    ends = [(server.job(number).state, server.job(number).attempt) for number in numbers]
    assert ends == [(JobState.SUCCEEDED, 1)] * 4


def test_a_job_whose_process_cannot_be_started_waits_for_a_person_and_the_next_is_taken(server):
    """F20: a file lies where the job's folder should be; a disk that is full or may only be read does the same."""
    number, following = server.submit_idling(), server.submit_idling()
    server.settings.job_dir(number).write_text("in the way")
    server.finished(*FINISH)
    assert (server.job(number).state, server.job(number).attempt) == (JobState.PAUSED, 1)
    assert "could not be started (File exists)" in server.job(number).reason
    assert server.job(following).state == JobState.SUCCEEDED
    server.settings.job_dir(number).unlink()
    server.store.jobs.resume(number, by="tester")
    server.finished(*FINISH)
    assert server.job(number).state == JobState.SUCCEEDED


def test_a_worker_for_a_device_that_is_not_there_is_refused(server):
    assert "There is no device cuda:3 here" in server.finished("worker", "--device", "cuda:3", code=2)
