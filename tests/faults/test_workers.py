"""Workers, jobs' processes and supervisors that are killed, stopped, drained and started twice."""

import os
import signal
import socket

import psutil
import pytest

from mammo.store import JobState

pytestmark = pytest.mark.slow
FINISH = ("worker", "--until-idle", "--json")


def disturbed(server, count=4, **values):
    """A running training with so many numbers logged, and the worker that has it."""
    number = server.submit(**values)
    worker = server.start("worker", "--json")
    server.until_logged(number, count)
    return number, worker


def apps(processes):
    return [one for one in processes if one.status() != psutil.STATUS_ZOMBIE and "streamlit" in one.cmdline()]


def test_a_killed_workers_job_goes_on_with_another_and_its_process_dies_with_it(server):
    number, worker = disturbed(server)
    (child,) = server.children_of(worker)
    worker.kill()
    assert server.until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE) < 10
    server.finished(*FINISH)
    assert server.job(number).state == JobState.SUCCEEDED
    assert server.job(number).attempt == 2
    assert server.left_by(number) == server.left_by(1)


def test_a_killed_jobs_process_is_noticed_and_started_again_by_its_worker(server):
    number, worker = disturbed(server)
    (child,) = server.children_of(worker)
    child.kill()
    server.until_ended(number)
    assert any("signal 9" in (event.note or "") for event in server.store.jobs.history(number))
    assert server.left_by(number) == server.left_by(1)


def test_a_worker_told_to_end_lays_its_job_down_with_a_checkpoint(server):
    number, worker = disturbed(server, count=20)
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=35)
    assert worker.returncode == 0
    assert server.job(number).state == JobState.QUEUED
    assert server.job(number).progress > 0
    server.finished(*FINISH)
    assert server.job(number).progress_before > 0
    assert server.left_by(number) == server.left_by(1)


def test_told_twice_a_worker_ends_at_once(server):
    number, worker = disturbed(server)
    worker.send_signal(signal.SIGINT)
    worker.send_signal(signal.SIGINT)
    worker.communicate(timeout=10)
    assert worker.returncode == 0
    server.finished(*FINISH)
    assert server.left_by(number) == server.left_by(1)


def test_a_silent_workers_job_is_taken_and_nothing_it_writes_later_counts(server):
    number, silent = disturbed(server)
    (child,) = server.children_of(silent)
    for process in (silent, child):
        process.send_signal(signal.SIGSTOP)
    other = server.start("worker", "--until-idle", "--json")
    server.until(lambda: server.job(number).attempt == 2)
    for process in (silent, child):
        process.send_signal(signal.SIGCONT)
    assert server.until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE) < 10
    other.communicate(timeout=120)
    assert server.job(number).attempt == 2
    assert server.left_by(number) == server.left_by(1)


def test_a_job_that_kills_its_process_each_time_is_held_and_can_be_let_go_on(server):
    number = server.submit(checkpoint_every=1000)
    other = server.submit()
    worker = server.start("worker", "--json")
    for attempt in (1, 2, 3):
        server.until(lambda attempt=attempt: server.job(number).attempt == attempt and server.children_of(worker))
        server.until(lambda: server.job(number).state == JobState.RUNNING)
        for child in server.children_of(worker):
            child.kill()
        server.until(lambda: server.job(number).state in {JobState.QUEUED, JobState.HELD, JobState.STARTING})
    server.until(lambda: server.job(number).state == JobState.HELD)
    assert "3 times without a checkpoint" in server.job(number).reason
    server.until_ended(other)
    server.store.jobs.resume(number, by="tester")
    assert server.until_ended(number).state == JobState.SUCCEEDED


def test_a_running_job_is_cancelled_and_another_paused_and_resumed(server):
    cancelled, worker = disturbed(server)
    server.store.jobs.cancel(cancelled, by="tester")
    assert server.until(lambda: server.job(cancelled).state == JobState.CANCELLED) < 35
    server.until(lambda: not server.children_of(worker))
    paused = server.submit()
    server.until_logged(paused, 4)
    server.store.jobs.request_pause(paused, by="tester")
    server.until(lambda: server.job(paused).state == JobState.PAUSED)
    server.store.jobs.resume(paused, by="tester")
    server.until_ended(paused)
    assert server.left_by(paused) == server.left_by(1)


def test_two_workers_share_the_queue_and_do_each_job_once(server):
    numbers = [server.submit(epochs=1, seed=seed) for seed in range(4)]
    workers = [server.start(*FINISH) for _ in range(2)]
    for worker in workers:
        worker.communicate(timeout=120)
    assert [(server.job(number).state, server.job(number).attempt) for number in numbers] == [
        (JobState.SUCCEEDED, 1)
    ] * 4


def test_a_removed_file_fails_what_is_to_be_prepared_and_not_what_is(server):
    victim = server.store.data_sets.samples("films")[0].path
    hidden = victim.with_suffix(".hidden")
    victim.rename(hidden)
    try:
        prepared, fresh = server.submit(), server.submit(image_size=72)
        server.finished(*FINISH)
    finally:
        hidden.rename(victim)
    assert server.job(prepared).state == JobState.SUCCEEDED
    assert any("no longer at their place: 1" in note for note in server.job(prepared).result["notes"])
    assert (server.job(fresh).state, server.job(fresh).failure_kind) == (JobState.FAILED, "source_missing")
    assert victim.name in server.job(fresh).failure
    assert server.job(fresh).advice


def test_a_loss_that_is_not_finite_ends_the_job_with_advice(server):
    number = server.submit(optimizer="sgdm", learning_rate=1.0, head_learning_rate_factor=1000.0, epochs=40)
    server.finished(*FINISH)
    job = server.job(number)
    assert (job.state, job.failure_kind) == (JobState.FAILED, "nan_loss")
    assert "ten times smaller" in job.advice
    log = (server.settings.job_dir(number) / "log.txt").read_text()
    assert "The loss became" in log
    assert "Traceback" not in log


def test_a_worker_for_a_device_that_is_not_there_is_refused(server):
    words = server.finished("worker", "--device", "cuda:3", code=2)
    assert "There is no device cuda:3 here" in words


def test_a_killed_dashboard_comes_back_while_its_job_goes_on_and_nothing_survives_its_supervisor(server):
    with socket.socket() as probe:
        probe.bind(("", 0))
        port = probe.getsockname()[1]
    number = server.submit(epochs=15)
    supervisor = server.start("serve", "--port", port, "--no-demo")
    server.until_logged(number, 4)
    family = server.children_of(supervisor)
    (app,) = apps(family)
    refused = server.finished("serve", "--port", port + 1, "--no-demo", code=2)
    assert "already open" in refused
    app.kill()
    server.until(lambda: [one.pid for one in apps(server.children_of(supervisor))] not in ([], [app.pid]))
    assert server.job(number).attempt == 1
    family = server.children_of(supervisor)
    os.kill(supervisor.pid, signal.SIGKILL)
    _, living = psutil.wait_procs(family, timeout=40)
    assert living == []
    server.finished(*FINISH)
    assert server.job(number).state == JobState.SUCCEEDED
