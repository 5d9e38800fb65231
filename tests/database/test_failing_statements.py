"""F12: whichever statement of a job's life fails, its state is a legal one, nothing is lost and nothing is twice."""

from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from mammo.config import Settings
from mammo.errors import JobStateError, MammoError, SettingsError
from mammo.jobs.carrying_out import carry_out_job
from mammo.jobs.kinds import JOB_KINDS, Finished, JobKind
from mammo.store import JobState, MetricRow, NewJob

FAILURES = {
    "disk I/O error": "disk reports errors",
    "database is locked": "busy",
    "database or disk is full": "disk that holds the database is full",
    "attempt to write a readonly database": "can't be written to",
}
LIFE = ["queued", "starting", "running", "queued", "starting", "running", "succeeded"]


@contextmanager
def failing_at(engine, number, failure):
    """Lets the statement of this number fail, or the commit that would have its number; yields their count."""
    seen = Counter()

    def fail(statement):
        seen["statements"] += 1
        if seen["statements"] == number:
            raise OperationalError(statement, {}, Exception(failure))

    def at_statement(_connection, _cursor, statement, *_rest):
        fail(statement)

    def at_commit(_connection):
        fail("COMMIT")

    event.listen(engine, "before_cursor_execute", at_statement)
    event.listen(engine, "commit", at_commit)
    yield seen
    event.remove(engine, "before_cursor_execute", at_statement)
    event.remove(engine, "commit", at_commit)


def live_a_whole_life(store, new_job, worker):
    """Everything that happens to a job between its submission and its end, taken up again once."""
    number = store.jobs.submit(new_job).id
    job = store.jobs.claim(worker)
    assert job.id == number
    store.jobs.begin(number, 1, {})
    store.jobs.record_metrics(number, 1, [MetricRow(0, 1, "loss", 0.5)])
    store.jobs.lose(number, 1, "It died.")
    store.jobs.start(number, worker)
    store.jobs.begin(number, 2, {})
    store.jobs.heartbeat(number, 2)
    store.jobs.checkpoint_kept(number, 2)
    store.jobs.finish(number, 2, {"scores": {}})


@pytest.mark.parametrize("failure", FAILURES)
def test_whichever_statement_fails_no_half_of_a_step_is_kept(store, new_job, worker, failure):
    """F12: state, history, metrics and result always tell the same, and the store serves on."""
    engine = store._database.engine
    with failing_at(engine, 0, failure) as seen:
        live_a_whole_life(store, new_job, worker)
    assert seen["statements"] >= 30
    for number in range(1, seen["statements"] + 1):
        with failing_at(engine, number, failure), pytest.raises(SettingsError, match=FAILURES[failure]):
            live_a_whole_life(store, new_job, worker)
        for waiting in store.jobs.queue():  # what the next life would claim in its own place
            store.jobs.hold(waiting.id, by="anna")
    for job in store.jobs.list():
        events = [event.to_state for event in store.jobs.history(job.id) if event.to_state != "held"]
        assert events == LIFE[: len(events)]
        assert job.state in {events[-1], "held"}
        assert (job.result is not None) == (job.state == JobState.SUCCEEDED)
        assert job.attempt == events.count("starting")
        assert len(store.jobs.metrics(job.id)) <= ("running" in events)


@pytest.fixture
def steps(store, new_job, worker):
    """The steps of a job's life by name; it is submitted as a form does, which may send it again."""
    jobs, rows = store.jobs, [MetricRow(0, 1, "loss", 0.5), MetricRow(0, 2, "loss", 0.25)]

    def number():  # PostgreSQL gives none back that a failed insertion has used up
        return jobs.list()[0].id

    return {
        "submit": lambda: jobs.submit(replace(new_job, idempotency_key="form 1")),
        "claim": lambda: jobs.claim(worker),
        "begin": lambda: jobs.begin(number(), 1, {}),
        "metrics": lambda: jobs.record_metrics(number(), 1, rows),
        "heartbeat": lambda: jobs.heartbeat(number(), 1),
        "finish": lambda: jobs.finish(number(), 1, {"scores": {}}),
    }


def fails(step, engine, number):
    """Whether a step says so when its statement of this number fails; False when it has no such statement."""
    with failing_at(engine, number, "disk I/O error") as seen:
        try:
            step()
        except SettingsError:
            return True
    assert seen["statements"] < number, "a failure was hidden"
    return False


@pytest.mark.parametrize("name", ["submit", "claim", "begin", "metrics", "heartbeat", "finish"])
def test_a_step_that_failed_can_be_made_again_and_is_made_once(store, steps, name):
    """F12: for every statement of the step in turn."""
    order = list(steps)
    for before in order[: order.index(name)]:
        steps[before]()
    count = next(number for number in range(1, 100) if not fails(steps[name], store._database.engine, number))
    assert count > 2
    for after in order[order.index(name) + 1 :]:
        steps[after]()
    (job,) = store.jobs.list()
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 1)
    assert [event.to_state for event in store.jobs.history(job.id)] == ["queued", "starting", "running", "succeeded"]
    assert len(store.jobs.metrics(job.id)) == 2


def counting(context):
    """A job that does what a training tells the database."""
    context.reporter.progress(0.1, "step 1 of 2")
    context.reporter.metrics([MetricRow(0, 1, "loss", 0.5), MetricRow(0, 2, "loss", 0.25)])
    context.reporter.checkpoint_kept()
    assert not context.reporter.should_stop()
    return Finished({"scores": {}})


@pytest.mark.parametrize("failure", ["disk I/O error", "database is locked"])
def test_a_job_whose_process_lost_the_database_for_a_moment_is_done_by_the_next(
    store, database_url, worker, tmp_path, monkeypatch, failure
):
    """F12, F43: that is never the job's failure; its worker puts it back, and it is done once."""
    monkeypatch.setitem(JOB_KINDS._entries, "counting", JobKind("counting", "Counting", counting))
    where = Settings(tmp_path, database_url, tmp_path, ())
    statements = 0
    while True:
        statements += 1
        number = store.jobs.submit(NewJob("counting", {}, "anna")).id
        job = store.jobs.claim(worker)
        with failing_at(store._database.engine, statements, failure) as seen, suppress(MammoError):
            carry_out_job(store, where, number, job.attempt, lambda *_: None)
        if seen["statements"] < statements:
            break
        state = store.jobs.get(number).state
        assert state in {JobState.STARTING, JobState.RUNNING, JobState.SUCCEEDED}
        if state != JobState.SUCCEEDED:  # else it was the reading back of what was done
            store.jobs.lose(number, job.attempt, "Its process ended.")
            again = store.jobs.claim(worker)
            carry_out_job(store, where, number, again.attempt, lambda *_: None)
        with pytest.raises(JobStateError):
            store.jobs.finish(number, job.attempt, {})
        assert [event.to_state for event in store.jobs.history(number)].count("succeeded") == 1
        assert len(store.jobs.metrics(number)) == 2
    assert statements > 12
