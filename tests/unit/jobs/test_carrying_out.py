"""How the end of a job is recorded, whatever ends it."""

import errno
import os

import pytest
import torch

from mammo.config import settings
from mammo.errors import JobStateError, SettingsError, TrainingError
from mammo.jobs.carrying_out import carry_out_job, start_job
from mammo.jobs.kinds import JOB_KINDS, Finished, JobKind
from mammo.jobs.workers import this_process
from mammo.store import JobState, NewJob


@pytest.fixture
def carried_out(store, monkeypatch):
    """Carries out a job that does what it is told; returns the job as it ended and what escaped."""

    def of(work):
        monkeypatch.setitem(JOB_KINDS._entries, "made up", JobKind("made up", "Made up", work))
        number = store.jobs.submit(NewJob(kind="made up", config={}, owner="anna")).id
        escaped = None
        try:
            carry_out_job(store, settings(), number, start_job(store, number, this_process("test")), lambda *_: None)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - whatever escapes is what is asked for
            escaped = error
        return store.jobs.get(number), escaped

    return of


def raising(error):
    def work(_context):
        raise error

    return work


def test_a_job_that_succeeds_keeps_its_result(carried_out):
    job, escaped = carried_out(lambda _context: Finished({"answer": 1}))
    assert (job.state, job.result, job.progress, escaped) == (JobState.SUCCEEDED, {"answer": 1}, 1.0, None)
    assert {"python", "torch", "device"} <= set(job.versions)


def test_what_an_attempt_before_it_left_half_written_is_removed_first(carried_out):
    """F01: killed within the few milliseconds in which a file is there but not in its place."""
    folder = settings().job_dir(1)
    (folder / "models" / "fold-0.7.tmp").mkdir(parents=True)
    for name in ("config.json.7.tmp", "models/fold-0.7.tmp/weights.safetensors", "log.txt"):
        (folder / name).write_text("half")
    seen = []
    carried_out(lambda _context: seen.append({path.name for path in folder.rglob("*")}))
    assert seen == [{"models", "log.txt"}]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TrainingError("The loss became nan.", code="nan_loss"), "nan_loss"),
        (MemoryError(), "out_of_memory"),
        (torch.OutOfMemoryError("CUDA out of memory"), "out_of_memory"),
        (JobStateError("Job 7 is a training that is failed."), "job_state"),
        (ValueError("a mistake"), "bug"),
    ],
)
def test_a_failure_has_a_kind_a_sentence_and_advice(carried_out, error, kind):
    job, escaped = carried_out(raising(error))
    assert (job.state, job.failure_kind, escaped) == (JobState.FAILED, kind, error)
    assert job.failure
    assert job.advice


def test_more_memory_than_the_machine_has_is_no_fault_of_the_program(carried_out):
    """F23 on a CPU: torch itself refuses, by an error of no class of its own."""
    job, _ = carried_out(lambda _context: torch.empty(2**60))
    assert (job.state, job.failure_kind) == (JobState.FAILED, "out_of_memory")
    assert "smaller images" in job.advice


@pytest.mark.parametrize("code", ["database_busy", "database_unreachable", "database_io"])
def test_a_database_that_does_not_serve_is_no_failure_of_the_job(carried_out, code):
    job, escaped = carried_out(raising(SettingsError("Try again.", code=code)))
    assert (job.state, escaped.code) == (JobState.RUNNING, code)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_pauses_the_job_until_there_is_room(carried_out, store, number):
    job, _ = carried_out(raising(OSError(number, os.strerror(number))))
    assert job.state == JobState.PAUSED
    assert "Make room" in job.reason
    store.jobs.resume(job.id, by="anna")
    assert store.jobs.get(job.id).state == JobState.QUEUED


def test_an_interrupt_at_the_terminal_pauses(carried_out):
    job, escaped = carried_out(raising(KeyboardInterrupt()))
    assert job.state == JobState.PAUSED
    assert isinstance(escaped, KeyboardInterrupt)


def test_a_job_that_fails_while_it_is_being_cancelled_is_cancelled(carried_out, store):
    def work(context):
        context.store.jobs.cancel(context.job.id, by="anna")
        raise TrainingError("The image is gone.")

    assert carried_out(work)[0].state == JobState.CANCELLED


def test_a_job_that_was_cancelled_before_its_process_was_up_is_cancelled(store):
    """F37: the cancel comes between the claim and the first word of the process."""
    number = store.jobs.submit(NewJob(kind="training", config={}, owner="anna")).id
    attempt = start_job(store, number, this_process("test"))
    store.jobs.cancel(number, by="anna")
    with pytest.raises(JobStateError, match="is being cancelled"):
        carry_out_job(store, settings(), number, attempt, lambda *_: None)
    assert store.jobs.get(number).state == JobState.CANCELLED


def test_a_job_that_was_cancelled_when_it_was_done_is_cancelled(carried_out, store):
    """F37: the cancel comes too late to be heard and in time to hold."""

    def work(context):
        context.store.jobs.cancel(context.job.id, by="anna")
        return Finished({})

    assert carried_out(work)[0].state == JobState.CANCELLED


def test_an_import_stops_where_it_is_asked_to(carried_out, store):
    def work(context):
        context.store.jobs.cancel(context.job.id, by="anna")
        context.reporter.stop_if_asked()

    job, escaped = carried_out(work)
    assert (job.state, escaped) == (JobState.CANCELLED, None)


def test_whoever_lost_the_job_writes_nothing(carried_out, store):
    def work(context):
        context.store.jobs.lose(context.job.id, context.reporter.attempt, "It was silent.")
        return Finished({})

    job, escaped = carried_out(work)
    assert job.state == JobState.QUEUED
    assert isinstance(escaped, JobStateError)


def test_a_job_in_living_hands_is_not_started_twice(store):
    number = store.jobs.submit(NewJob(kind="training", config={}, owner="anna")).id
    start_job(store, number, this_process("test"))
    with pytest.raises(JobStateError, match="can't be started twice"):
        start_job(store, number, this_process("other"))
