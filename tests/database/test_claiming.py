"""Several workers at one queue."""

import os
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mammo.store import JobState, Worker

ROOT = Path(__file__).parents[2]
JOBS = 200
BUSY_TIMEOUT_SECONDS = 30
CLAIMER = """
import sys
import time
from pathlib import Path
from mammo.config import Settings
from mammo.store import Worker, open_store

url, start, name = sys.argv[1:]
store = open_store(Settings(Path(start).parent, url, Path(start).parent, ()))
worker = Worker(name, 1, "boot-1", 1.0)
print("ready", flush=True)
while not Path(start).exists():
    time.sleep(0.01)
while True:
    began = time.perf_counter()
    job = store.jobs.claim(worker)
    waited = time.perf_counter() - began
    if job is None:
        break
    store.jobs.begin(job.id, job.attempt, {})
    store.jobs.finish(job.id, job.attempt, {})
    print(job.id, job.attempt, waited)
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


def claimed_by_processes(settings, count):
    """Jobs that processes claimed, with the longest wait of all in seconds; each began and finished what it claimed."""
    start = settings.home / "start"
    command = [sys.executable, "-W", "error", "-c", CLAIMER, settings.database_url, str(start)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    names = [f"process-{number}" for number in range(count)]
    processes = [subprocess.Popen([*command, name], cwd=ROOT, env=dict(os.environ), **pipes) for name in names]
    ready = [process.stdout.readline() for process in processes]
    start.touch()
    with ThreadPoolExecutor(count) as readers:  # a pipe that nobody empties would stop its process
        said = list(readers.map(lambda process: process.communicate(timeout=900), processes))
    assert ready == ["ready\n"] * count
    assert [errors for _, errors in said] == [""] * count  # no "database is locked" among them
    claimed = [line.split() for output, _ in said for line in output.splitlines()]
    return [int(number) for number, _attempt, _wait in claimed], max(float(wait) for *_, wait in claimed)


@pytest.mark.slow
def test_processes_claim_each_job_once(store, settings, new_job):
    """F08 in the small."""
    numbers = [store.jobs.submit(new_job).id for _ in range(JOBS)]
    claimed, longest_wait = claimed_by_processes(settings, 4)
    assert_each_ran_once(store, claimed, numbers)
    assert longest_wait < BUSY_TIMEOUT_SECONDS


@pytest.mark.slow
@pytest.mark.long
def test_sixteen_processes_claim_each_of_5000_jobs_once(store, settings, new_job, record_property):
    """F08: 0 twice, 0 lost, 0 "database is locked"; the longest wait is told."""
    numbers = [store.jobs.submit(new_job).id for _ in range(5000)]
    claimed, longest_wait = claimed_by_processes(settings, 16)
    record_property("longest wait for a claim, s", longest_wait)
    assert_each_ran_once(store, claimed, numbers)
    assert longest_wait < BUSY_TIMEOUT_SECONDS


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
