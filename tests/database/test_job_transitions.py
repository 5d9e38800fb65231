"""Every action from every state: allowed ones lead where they should, the others are refused with a sentence."""

import pytest

from mammo.errors import JobStateError, NotFoundError
from mammo.store import Failure, JobState, Worker

#: How a job gets into a state, each step with its attempt 1.
WAYS = {
    "queued": [],
    "starting": ["start"],
    "running": ["start", "begin"],
    "cancelling": ["start", "begin", "cancel"],
    "paused": ["start", "begin", "pause"],
    "held": ["hold"],
    "succeeded": ["start", "begin", "finish"],
    "failed": ["start", "begin", "fail"],
    "cancelled": ["cancel"],
}
WORKER = Worker("worker-2", 5, "boot-1", 7.0)

ACTIONS = {
    "cancel": lambda jobs, job, _attempt: jobs.cancel(job, by="bert"),
    "request_pause": lambda jobs, job, _attempt: jobs.request_pause(job, by="bert"),
    "resume": lambda jobs, job, _attempt: jobs.resume(job, by="bert"),
    "hold": lambda jobs, job, _attempt: jobs.hold(job, by="bert"),
    "set_priority": lambda jobs, job, _attempt: jobs.set_priority(job, 5, by="bert"),
    "move": lambda jobs, job, _attempt: jobs.move(job, job, by="bert"),
    "move_first": lambda jobs, job, _attempt: jobs.move_first(job, by="bert"),
    "move_last": lambda jobs, job, _attempt: jobs.move_last(job, by="bert"),
    "start": lambda jobs, job, _attempt: jobs.start(job, WORKER),
    "take_over": lambda jobs, job, attempt: jobs.take_over(job, attempt, WORKER),
    "begin": lambda jobs, job, attempt: jobs.begin(job, attempt, {}),
    "pause": lambda jobs, job, attempt: jobs.pause(job, attempt, "disk full"),
    "finish": lambda jobs, job, attempt: jobs.finish(job, attempt, {"scores": {}}),
    "fail": lambda jobs, job, attempt: jobs.fail(job, attempt, Failure("nan_loss", "The loss is not finite.")),
    "confirm_cancel": lambda jobs, job, attempt: jobs.confirm_cancel(job, attempt),
}

#: action -> from -> to; what is not named is refused.
ALLOWED = {
    "cancel": {
        "queued": "cancelled",
        "paused": "cancelled",
        "held": "cancelled",
        "starting": "cancelling",
        "running": "cancelling",
    },
    "request_pause": {"queued": "paused", "starting": "starting", "running": "running"},
    "resume": {"paused": "queued", "held": "queued"},
    "hold": {"queued": "held", "paused": "held"},
    "set_priority": {"queued": "queued", "paused": "paused", "held": "held"},
    "move": {"queued": "queued", "paused": "paused", "held": "held"},
    "move_first": {"queued": "queued", "paused": "paused", "held": "held"},
    "move_last": {"queued": "queued", "paused": "paused", "held": "held"},
    "start": {"queued": "starting", "paused": "starting", "held": "starting"},
    "take_over": {"starting": "starting", "running": "starting"},
    "begin": {"starting": "running"},
    "pause": {"starting": "paused", "running": "paused"},
    "finish": {"running": "succeeded"},
    "fail": {"starting": "failed", "running": "failed"},
    "confirm_cancel": {"cancelling": "cancelled"},
}
ENDS = {"succeeded", "failed", "cancelled"}

STEPS = [(action, state) for action in ACTIONS for state in WAYS]
GOOD = [(action, state) for action, state in STEPS if state in ALLOWED[action]]
BAD = [(action, state) for action, state in STEPS if state not in ALLOWED[action]]


@pytest.fixture
def job_in(store, new_job):
    """Brings a new job into a state."""

    def bring(state):
        job = store.jobs.submit(new_job).id
        for action in WAYS[state]:
            ACTIONS[action](store.jobs, job, 1)
        assert store.jobs.get(job).state == state
        return store.jobs.get(job)

    return bring


def test_the_table_names_every_state():
    assert set(WAYS) == set(JobState)


@pytest.mark.parametrize(("action", "state"), GOOD)
def test_an_allowed_action_leads_on_and_is_remembered(store, job_in, clock, action, state):
    job = job_in(state)
    before = store.jobs.history(job.id)
    clock.move(5)
    ACTIONS[action](store.jobs, job.id, job.attempt)
    after, (event,) = store.jobs.get(job.id), store.jobs.history(job.id)[len(before) :]
    assert after.state == ALLOWED[action][state]
    assert (event.from_state, event.to_state, event.at) == (state, after.state, clock.moment)
    assert event.attempt == after.attempt == job.attempt + (action in {"start", "take_over"})
    assert (after.finished_at is not None) == (after.state in ENDS) == after.is_finished


@pytest.mark.parametrize(("action", "state"), BAD)
def test_a_forbidden_action_changes_nothing_and_is_told(store, job_in, action, state):
    job = job_in(state)
    history = store.jobs.history(job.id)
    with pytest.raises(JobStateError, match=rf"^Job {job.id} (is|has already) .*; it cannot .*\.$") as caught:
        ACTIONS[action](store.jobs, job.id, job.attempt)
    assert caught.value.code == "job_state"
    assert (store.jobs.get(job.id), store.jobs.history(job.id)) == (job, history)


@pytest.mark.parametrize("action", ["take_over", "begin", "pause", "finish", "fail", "confirm_cancel"])
@pytest.mark.parametrize("state", ["starting", "running", "cancelling", "succeeded"])
def test_an_attempt_that_is_over_changes_nothing(store, job_in, action, state):
    job = job_in(state)
    with pytest.raises(JobStateError, match=f"Attempt 0 of job {job.id} is over; attempt 1 has") as caught:
        ACTIONS[action](store.jobs, job.id, 0)
    assert caught.value.code == "stale_attempt"
    assert store.jobs.get(job.id) == job


@pytest.mark.parametrize("action", ACTIONS)
def test_a_job_that_is_not_there_is_told(store, action):
    with pytest.raises(NotFoundError, match=r"There is no job 77\."):
        ACTIONS[action](store.jobs, 77, 1)


def test_sentences_say_where_a_job_stands(store, job_in):
    failed, running = job_in("failed"), job_in("running")
    with pytest.raises(JobStateError) as caught:
        store.jobs.cancel(failed.id, by="anna")
    assert str(caught.value) == f"Job {failed.id} has already failed; it cannot become cancelled."
    with pytest.raises(JobStateError) as caught:
        store.jobs.set_priority(running.id, 3, by="anna")
    assert str(caught.value) == f"Job {running.id} is running; it cannot be moved in the queue."


def test_the_history_tells_who_did_what_and_why(store, job_in):
    job = job_in("running")
    store.jobs.pause(job.id, 1, "disk full")
    store.jobs.cancel(job.id, by="bert")
    told = [(event.to_state, event.attempt, event.by, event.note) for event in store.jobs.history(job.id)]
    assert told == [
        ("queued", 0, "anna", None),
        ("starting", 1, None, "worker-2"),
        ("running", 1, None, None),
        ("paused", 1, None, "disk full"),
        ("cancelled", 1, "bert", None),
    ]
