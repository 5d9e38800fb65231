"""Many at one database at the same moment: forms sent twenty times, workers that want the same job, a busy server."""

import os
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mammo.store import JobState, Worker

ROOT = Path(__file__).parents[2]
SECONDS = 4  # the two minutes of F10 are a benchmark: benchmarks/queue_load.py

#: Claims one job after the other as soon as it is told its turn; says what it got.
RIVAL = """
import sys
from pathlib import Path
from mammo.config import Settings
from mammo.store import Worker, open_store

url, name = sys.argv[1:]
store = open_store(Settings(Path(), url, Path(), ()))
print("ready", flush=True)
for turn in sys.stdin:
    job = store.jobs.claim(Worker(name, 1, "boot-1", 1.0))
    print(job and job.id, flush=True)
store.close()
"""

#: Four workers that report twenty times a second, or a dashboard with many readers, for some seconds.
BUSY = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from mammo.config import Settings
from mammo.store import JobFilter, MetricRow, open_store

url, role, seconds, *jobs = sys.argv[1:]
store = open_store(Settings(Path(), url, Path(), ()))
print("ready", flush=True)
sys.stdin.readline()
until = time.monotonic() + float(seconds)

def write(job):
    step, longest = 0, 0.0
    while time.monotonic() < until:
        step += 1
        began = time.monotonic()
        store.jobs.heartbeat(job, 1)
        store.jobs.record_metrics(job, 1, [MetricRow(0, step, "loss", 0.5)])
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.05)
    return step, longest

def read(job):
    looks = 0
    while time.monotonic() < until:
        looks += 1
        store.jobs.list(JobFilter(limit=50))
        store.jobs.metrics(job, ["loss"])
        time.sleep(1)
    return looks, 0.0

with ThreadPoolExecutor(len(jobs)) as pool:
    for told in pool.map(write if role == "writers" else read, map(int, jobs)):
        print(*told)
store.close()
"""


def started(code, *arguments):
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), text=True, bufsize=1, **pipes)
    assert process.stdout.readline() == "ready\n"
    return process


def at_once(calls):
    """What the calls return, all let go at the same moment."""
    barrier = threading.Barrier(len(calls))

    def wait_and(call):
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(wait_and, calls))


def test_a_form_sent_twenty_times_at_once_makes_one_job(store, new_job):
    """F35: a double click, F5, two tabs."""
    sent = replace(new_job, idempotency_key="form 1")
    numbers = at_once([lambda: store.jobs.submit(sent).id] * 20)
    assert len(set(numbers)) == 1
    assert [job.id for job in store.jobs.list()] == numbers[:1]
    assert len(store.jobs.history(numbers[0])) == 1


@pytest.mark.slow
@pytest.mark.parametrize("turns", [50, pytest.param(1000, marks=pytest.mark.long)])
def test_one_of_two_processes_gets_the_only_job(store, database_url, new_job, turns):
    """F09: as many claims as jobs, whoever is first."""
    rivals = [started(RIVAL, database_url, f"rival-{number}") for number in range(2)]

    def told(process):
        process.stdin.write("now\n")
        return process.stdout.readline().strip()

    for _ in range(turns):
        number = store.jobs.submit(new_job).id
        answers = at_once([lambda: told(rivals[0]), lambda: told(rivals[1])])
        assert Counter(answers) == {str(number): 1, "None": 1}
    assert [process.communicate(timeout=60)[1] for process in rivals] == ["", ""]
    assert {(job.state, job.attempt) for job in store.jobs.list()} == {(JobState.STARTING, 1)}


@pytest.mark.slow
def test_nobody_meets_a_locked_database_on_a_busy_server(store, database_url, new_job, record_property):
    """F10 in the small: 16 writers twenty times a second in four processes, beside 50 readers."""
    jobs = [store.jobs.submit(new_job, Worker(f"w{n}", n, "boot-1", 1.0)).id for n in range(16)]
    groups = [("writers", jobs[first::4]) for first in range(4)] + [("readers", jobs * 3 + jobs[:2])]
    processes = [started(BUSY, database_url, role, SECONDS, *numbers) for role, numbers in groups]
    for process in processes:
        process.stdin.write("now\n")
    said = [process.communicate(timeout=120) for process in processes]
    assert [errors for _, errors in said] == [""] * 5
    wrote = [line.split() for output, _ in said[:4] for line in output.splitlines()]
    assert len(wrote) == 16
    record_property("longest write, s", max(float(longest) for _, longest in wrote))
    assert sum(len(store.jobs.metrics(job)) for job in jobs) == sum(int(steps) for steps, _ in wrote) > 16
    assert len(said[4][0].splitlines()) == 50
