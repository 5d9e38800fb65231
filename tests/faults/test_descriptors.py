"""F45: no process inherits SQLite's files; whoever closed one would drop the locks of all."""

import os
from pathlib import Path

import psutil
import pytest

from mammo.store import JobState

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fdinfo").is_dir(), reason="open files are looked up in Linux's /proc"),
]


def database_files(process):
    """For each open file of the database whether the processes that this one starts would inherit it."""
    found = []
    for entry in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            file, facts = entry.readlink(), Path(f"/proc/{process.pid}/fdinfo/{entry.name}").read_text()
        except FileNotFoundError:  # closed just now
            continue
        if file.name.startswith("mammo.db"):
            flags = int(facts.split("flags:")[1].split()[0], 8)
            found.append(not flags & os.O_CLOEXEC)
    return found


def test_no_process_of_a_job_inherits_the_database(server):
    """Worker and job have it open, for themselves alone; those that draw phantoms for the job don't have it."""
    number = server.submit_phantoms(patients=60)
    worker = server.start("worker", "--json")
    server.until_in(number, JobState.RUNNING)
    server.until(lambda: len(server.children_of(server.child_of(worker))) > 1)
    job = server.child_of(worker)
    helpers = server.children_of(job)
    server.until(lambda: database_files(worker) and database_files(job))
    assert set(database_files(worker)) == set(database_files(job)) == {False}
    assert [database_files(helper) for helper in helpers] == [[]] * len(helpers)
    assert [one for one in helpers if not started_anew(one)] == []


def started_anew(process):
    """Whether a process is one that Python spawned: a forked one would bear its parent's command."""
    return any("multiprocessing" in part for part in psutil.Process(process.pid).cmdline())
