"""A process that a worker keeps ready for its next job: used, killed, and left by its worker."""

import signal

import psutil
import pytest

from mammo.store import JobState
from tests.faults.server import EAGER

pytestmark = pytest.mark.slow


def test_it_carries_out_the_next_job_and_changes_nothing(server):
    """It has torch loaded; weights and numbers are those of a job whose process was started for it. F45 holds too."""
    worker = server.start("worker", "--json", program=("-c", EAGER), LOADS_AHEAD="1")
    spare = server.until_spare(worker)
    assert any("libtorch" in part.path for part in spare.memory_maps())
    assert not [file.path for file in spare.open_files() if "mammo.db" in file.path]
    number = server.submit()
    server.until(lambda: server.job(number).state == JobState.RUNNING)
    assert server.child_of(worker) == spare
    assert (spare.environ()["CUDA_VISIBLE_DEVICES"], server.job(number).versions["device"]) == ("", "CPU")
    assert (spare.environ()["OMP_WAIT_POLICY"], spare.environ()["GOMP_SPINCOUNT"]) == ("PASSIVE", "20000")
    server.until(lambda: [one for one in server.spares_of(worker) if one != spare])
    assert server.until_ended(number).state == JobState.SUCCEEDED
    assert server.left_by(number) == server.left_by(1)
    assert f"Job {number} succeeded" in server.log_of(number)
    assert server.until_gone(spare) < 10


def test_killed_it_costs_no_job_and_another_one_takes_its_place(server):
    number, worker = server.disturbed_idling(program=("-c", EAGER))
    spare = server.until_spare(worker)
    spare.kill()
    other = server.until_spare(worker)
    server.until_goes_on(number)
    assert other != spare
    assert (server.job(number).state, server.job(number).attempt) == (JobState.RUNNING, 1)


@pytest.mark.parametrize("fault", ["SIGKILL", "SIGTERM"])
def test_it_ends_with_its_worker_even_when_it_is_stuck(server, fault):
    """F03, F04: beside a job at work, which is another process that was kept before."""
    worker = server.start("worker", "--json", program=("-c", EAGER))
    server.until_spare(worker)
    number = server.submit_idling(steps=10_000)
    server.until(lambda: server.job(number).progress > 0)
    server.until_spare(worker).suspend()
    family = server.children_of(worker)
    worker.send_signal(signal.Signals[fault])
    worker.communicate(timeout=35)
    _, living = psutil.wait_procs(family, timeout=10)
    assert [one for one in living if one.status() != psutil.STATUS_ZOMBIE] == []
    assert server.job(number).state == (JobState.RUNNING if fault == "SIGKILL" else JobState.QUEUED)
