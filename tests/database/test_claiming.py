"""Several workers at one queue, and statements that fail."""

import os
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from mammo.errors import SettingsError
from mammo.store import JobState, MetricRow, Worker

ROOT = Path(__file__).parents[2]
JOBS = 200
CLAIMER = """
import sys
from pathlib import Path
from mammo.config import Settings
from mammo.store import Worker, open_store

url, start, name = sys.argv[1:]
store = open_store(Settings(Path(start).parent, url, Path(start).parent, ()))
worker = Worker(name, 1, "boot-1", 1.0)
print("ready", flush=True)
while not Path(start).exists():
    pass
while (job := store.jobs.claim(worker)) is not None:
    store.jobs.begin(job.id, job.attempt, {})
    store.jobs.finish(job.id, job.attempt, {})
    print(job.id, job.attempt)
store.close()
"""


def assert_each_ran_once(store, claimed, numbers):
    assert Counter(claimed) == Counter(dict.fromkeys(numbers, 1))
    assert {job.state for job in store.jobs.list()} == {JobState.SUCCEEDED}
    assert {job.attempt for job in store.jobs.list()} == {1}


def test_threads_that_share_a_store_claim_each_job_once(store, new_job):
    numbers = [store.jobs.submit(new_job).id for _ in range(JOBS // 4)]
    claimed = []

    def work(name):
        worker = Worker(name, 1, "boot-1", 1.0)
        while (job := store.jobs.claim(worker)) is not None:
            store.jobs.begin(job.id, job.attempt, {})
            store.jobs.finish(job.id, job.attempt, {})
            claimed.append(job.id)

    threads = [threading.Thread(target=work, args=(f"thread-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_each_ran_once(store, claimed, numbers)


@pytest.mark.slow
def test_processes_claim_each_job_once(store, settings, new_job, tmp_path):
    numbers = [store.jobs.submit(new_job).id for _ in range(JOBS)]
    start = tmp_path / "start"
    command = [sys.executable, "-W", "error", "-c", CLAIMER, settings.database_url, str(start)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([*command, name], cwd=ROOT, env=dict(os.environ), **pipes) for name in "ab"]
    ready = [process.stdout.readline() for process in processes]
    start.touch()
    said = [process.communicate(timeout=120) for process in processes]
    assert ready == ["ready\n"] * 2
    assert [errors for _, errors in said] == ["", ""]
    claimed = [line.split() for output, _ in said for line in output.splitlines()]
    assert_each_ran_once(store, [int(number) for number, _attempt in claimed], numbers)


def test_one_of_two_that_start_the_same_job_at_once_gets_it(store, new_job, worker, other_worker):
    barrier, outcomes = threading.Barrier(2), []

    def start(number, who):
        barrier.wait()
        try:
            outcomes.append(store.jobs.start(number, who))
        except Exception as error:  # noqa: BLE001 - told in the main thread
            outcomes.append(getattr(error, "code", error))

    for _ in range(20):
        number = store.jobs.submit(new_job).id
        threads = [threading.Thread(target=start, args=(number, who)) for who in (worker, other_worker)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Counter(outcomes) == {1: 20, "job_state": 20}


@contextmanager
def failing_at(engine, number):
    """Lets the statement of this number fail as on a broken disk; yields the count of statements."""
    seen = Counter()

    def fail(_connection, _cursor, statement, *_rest):
        seen["statements"] += 1
        if seen["statements"] == number:
            raise OperationalError(statement, {}, Exception("disk I/O error"))

    event.listen(engine, "before_cursor_execute", fail)
    yield seen
    event.remove(engine, "before_cursor_execute", fail)


def live_a_whole_life(store, new_job, worker):
    job = store.jobs.submit(new_job, worker)
    store.jobs.begin(job.id, 1, {})
    store.jobs.record_metrics(job.id, 1, [MetricRow(0, 1, "loss", 0.5)])
    store.jobs.finish(job.id, 1, {"scores": {}})


def test_whichever_statement_fails_no_half_of_a_step_is_kept(store, new_job, worker):
    """State, history, metrics and result always tell the same, and the store serves on."""
    engine = store._database.engine
    with failing_at(engine, 0) as seen:
        live_a_whole_life(store, new_job, worker)
    assert seen["statements"] >= 10
    for number in range(1, seen["statements"] + 1):
        with failing_at(engine, number), pytest.raises(SettingsError, match="disk reports errors"):
            live_a_whole_life(store, new_job, worker)
    jobs = store.jobs.list()
    assert {job.state for job in jobs} == {JobState.STARTING, JobState.RUNNING, JobState.SUCCEEDED}
    for job in jobs:
        events = [event.to_state for event in store.jobs.history(job.id)]
        assert events == [JobState.STARTING, JobState.RUNNING, JobState.SUCCEEDED][: len(events)]
        assert events[-1] == job.state
        assert (job.result is not None) == (job.state == JobState.SUCCEEDED)
        assert len(store.jobs.metrics(job.id)) <= (job.state != JobState.STARTING)
