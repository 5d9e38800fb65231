"""A batch whose worker is killed in the middle, then carried on by another: every file is answered once."""

import csv
import io
import json
import signal

import pytest

from mammo.jobs.batch import CSV, KIND, BatchRequest
from mammo.store import JobState, NewJob
from tests.faults.server import FINISH


@pytest.mark.slow
def test_a_killed_worker_loses_no_answer_and_none_is_given_twice(server):
    """F02 for batches."""
    films = server.store.data_sets.get("films").root
    request = BatchRequest(1, films)
    number = server.store.jobs.submit(NewJob(KIND, request.to_dict(), "tester")).id
    answers = server.settings.job_dir(number) / "answers.jsonl"
    worker = server.start("worker", "--json")
    server.until(lambda: answers.exists() and answers.read_bytes().count(b"\n") >= 10)
    child = server.child_of(worker)
    worker.send_signal(signal.SIGKILL)
    child.kill()
    worker.communicate()
    before = answers.read_bytes()[: answers.read_bytes().rfind(b"\n")].splitlines()
    assert server.job(number).state == JobState.RUNNING
    server.finished(*FINISH)
    job = server.job(number)
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 2)
    rows = list(csv.DictReader(io.StringIO((server.settings.job_dir(number) / CSV).read_text("utf-8-sig"))))
    count = job.result["files"]
    assert count >= 120, "films, and what lies beside them"
    assert len(before) < count, "it ended before it could be killed"
    assert [int(row["file"]) for row in rows] == list(range(1, count + 1))
    assert answers.read_bytes().splitlines()[: len(before)] == before
    assert {json.loads(line)["number"] for line in answers.read_bytes().splitlines()} == set(range(1, count + 1))
    assert len(answers.read_bytes().splitlines()) == count
