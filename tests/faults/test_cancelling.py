"""F37: a job is cancelled at every moment of its life; there is one outcome, and no cancel is lost."""

import signal

import pytest

from mammo.errors import JobStateError
from mammo.store import JobState
from tests.faults.server import FINISH

pytestmark = pytest.mark.slow

#: A worker with another patience: how long a job's process that does not end is waited for.
PATIENT = "import mammo.jobs.worker as worker\nworker._PATIENCE_SECONDS = {}\nfrom mammo.commands import app\napp()"


def test_while_it_waits(server):
    number = server.submit_idling()
    server.finished("jobs", "cancel", number)
    server.finished(*FINISH)
    assert (server.job(number).state, server.job(number).attempt) == (JobState.CANCELLED, 0)


def test_while_a_worker_takes_it_and_while_it_works(server):
    """Between the claim and the moment when its process is up, some times; then at work. The worker takes the next."""
    worker = server.start("worker", "--json")
    for _ in range(3):
        number = server.submit_idling()
        server.until(lambda number=number: server.job(number).state != JobState.QUEUED)
        server.store.jobs.cancel(number, by="tester")
        assert server.until_in(number, JobState.CANCELLED, 35) < 35
    number, following = server.submit_idling(steps=10_000), server.submit_idling()
    server.until(lambda: server.job(number).progress > 0)
    server.store.jobs.cancel(number, by="tester")
    assert server.until_in(number, JobState.CANCELLED, 35) < 35
    assert server.until_ended(following).state == JobState.SUCCEEDED
    assert worker.poll() is None


def test_while_it_writes_a_checkpoint(server):
    """It is stopped amid a write, cancelled and let go on."""
    number, worker = server.disturbed(checkpoint_every=1)
    child = server.child_of(worker)
    folder = server.settings.job_dir(number) / "checkpoints" / "fold-0"

    def is_caught_writing():
        child.resume()
        server.until(lambda: list(folder.glob("step-*.tmp")))
        child.suspend()
        return list(folder.glob("step-*.tmp"))

    server.until(is_caught_writing)
    server.store.jobs.cancel(number, by="tester")
    child.resume()
    assert server.until_in(number, JobState.CANCELLED, 35) < 35


def test_after_it_has_ended(server):
    with pytest.raises(JobStateError, match="Job 1 has already succeeded; it cannot become cancelled"):
        server.store.jobs.cancel(1, by="tester")
    assert server.job(1).state == JobState.SUCCEEDED


def test_while_its_worker_dies(server):
    """An accepted cancel outlives whoever should have carried it out."""
    number, worker = server.disturbed_idling()
    for process in (worker, server.child_of(worker)):
        process.send_signal(signal.SIGSTOP)
    server.store.jobs.cancel(number, by="tester")
    worker.kill()
    server.finished(*FINISH)
    assert (server.job(number).state, server.job(number).attempt) == (JobState.CANCELLED, 1)


@pytest.mark.long
def test_a_running_job_is_paused_and_resumed(server):
    number, _worker = server.disturbed()
    server.store.jobs.request_pause(number, by="tester")
    server.until_in(number, JobState.PAUSED)
    server.store.jobs.resume(number, by="tester")
    server.until_ended(number)
    assert server.left_by(number) == server.left_by(1)


@pytest.mark.parametrize(
    ("asked", "patience"),
    [
        pytest.param("cancel", 2),
        pytest.param("SIGTERM", 2, marks=pytest.mark.long),
        pytest.param("cancel", 30, marks=pytest.mark.long),
        pytest.param("SIGTERM", 30, marks=pytest.mark.long),
    ],
)
def test_a_process_that_does_not_listen_is_killed(server, asked, patience):
    """F39: stuck, it is given 30 s, or 2 s in the short form; its slot is free within 15 s more."""
    number, worker = server.disturbed_idling(program=("-c", PATIENT.format(patience)))
    child = server.child_of(worker)
    child.suspend()
    if asked == "cancel":
        server.store.jobs.cancel(number, by="tester")
    else:
        worker.send_signal(signal.SIGTERM)
    took = server.until_gone(child, patience + 15)
    assert took > patience - 1, "it was not given the time"
    server.until_in(number, JobState.CANCELLED if asked == "cancel" else JobState.QUEUED, 15)
