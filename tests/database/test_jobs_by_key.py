"""Jobs found again by what they were submitted under."""

from mammo.store import NewJob


def submitted(store, key):
    return store.jobs.submit(NewJob("training", {}, "guest", idempotency_key=key)).id


def test_jobs_are_found_by_the_start_of_their_key_the_oldest_first(store):
    second, first = submitted(store, "a_b 2"), submitted(store, "a_b 1")
    for other in ("axb 3", "a", None):
        submitted(store, other)
    assert {key: job.id for key, job in store.jobs.by_key("a_b").items()} == {"a_b 2": second, "a_b 1": first}
    assert list(store.jobs.by_key("a_b")) == ["a_b 2", "a_b 1"]
    assert store.jobs.by_key("c") == {}


def test_the_retry_of_a_job_is_not_taken_for_that_of_another(store):
    jobs = [submitted(store, None) for _ in range(12)]
    store.jobs.cancel(jobs[-1], by="guest")
    again = store.jobs.retry(jobs[-1], by="guest")
    assert store.jobs.retry_of(jobs[-1]).id == again.id
    assert store.jobs.retry_of(jobs[0]) is None
