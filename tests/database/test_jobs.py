"""Submitting and finding jobs, the order of the queue, what workers report."""

from dataclasses import replace

import pytest

from mammo.datasets.splitting import split_samples
from mammo.errors import JobStateError, NotFoundError
from mammo.store import Failure, JobFilter, JobState, NewJob


@pytest.fixture
def queued(store, new_job):
    """Numbers of four jobs in the queue."""
    return [store.jobs.submit(new_job).id for _ in range(4)]


def waiting(store):
    return [job.id for job in store.jobs.queue()]


def test_a_submitted_job_waits_with_all_that_was_said(store, new_job, clock):
    job = store.jobs.submit(replace(new_job, priority=3))
    assert (job.kind, job.config, job.owner, job.priority) == ("training", new_job.config, "anna", 3)
    assert (job.state, job.attempt, job.progress, job.worker) == (JobState.QUEUED, 0, 0.0, None)
    assert (job.created_at, job.started_at, job.finished_at) == (clock.moment, None, None)
    assert (job.result, job.model, job.failure, job.reason, job.data_set, job.split) == (None,) * 6
    assert store.jobs.get(job.id) == job


def test_a_job_knows_its_data_as_they_were(store, tmp_path, collection, new_job):
    imported, grown = collection(60), collection(90)
    store.data_sets.add("films", tmp_path / "films", imported, by="anna")
    split = store.splits.add("films", split_samples(imported.samples), by="anna")
    job = store.jobs.submit(replace(new_job, data_set="films", split=split.name))
    store.data_sets.add("films", tmp_path / "films", grown, by="anna")
    again = store.jobs.get(job.id)
    assert (again.data_set, again.split) == ("films", "patient-1")
    assert again.data_set_fingerprint == imported.fingerprint != store.data_sets.get("films").fingerprint


@pytest.mark.parametrize(
    ("data", "told"),
    [({"data_set": "x"}, "no data set named 'x'"), ({"data_set": "films", "split": "x"}, "no split named 'x'")],
)
def test_a_job_on_unknown_data_is_refused(store, tmp_path, collection, new_job, data, told):
    store.data_sets.add("films", tmp_path / "films", collection(), by="anna")
    with pytest.raises(NotFoundError, match=told):
        store.jobs.submit(replace(new_job, **data))
    assert store.jobs.list() == ()


def test_a_form_sent_twice_makes_one_job(store, new_job):
    """F35."""
    sent = replace(new_job, idempotency_key="form 1")
    first = store.jobs.submit(sent)
    assert store.jobs.submit(sent) == first
    assert store.jobs.submit(replace(sent, idempotency_key="form 2")).id != first.id
    assert len(store.jobs.history(first.id)) == 1


def test_asking_again_uses_no_number_up(store, new_job):
    sent = replace(new_job, idempotency_key="form 1")
    first, *_others = [store.jobs.submit(sent).id for _ in range(3)]
    assert store.jobs.submit(new_job).id == first + 1


def test_the_same_job_may_be_wanted_twice_and_is_known_for_the_same(store, new_job):
    """F36."""
    first, again, other = (store.jobs.submit(job).id for job in (new_job, new_job, replace(new_job, config={})))
    third = store.jobs.submit(replace(new_job, owner="bert", priority=3)).id
    assert len({first, again, other, third}) == 4
    assert [store.jobs.same_as(number) for number in (first, again, other, third)] == [None, first, None, again]


def test_a_job_on_other_data_is_not_the_same(store, tmp_path, collection, new_job):
    submitted = []
    for images in (60, 90):
        store.data_sets.add("films", tmp_path / "films", collection(images), by="anna")
        submitted.append(store.jobs.submit(replace(new_job, data_set="films")).id)
    assert store.jobs.same_as(submitted[1]) is None


def test_a_job_submitted_into_hands_never_stands_in_the_queue(store, new_job, worker, other_worker):
    job = store.jobs.submit(new_job, worker)
    assert (job.state, job.attempt, job.worker) == (JobState.STARTING, 1, worker)
    assert store.jobs.claim(other_worker) is None


def test_jobs_are_listed_latest_first_and_filtered(store, new_job, worker):
    numbers = [
        store.jobs.submit(replace(new_job, kind=kind, owner=owner)).id
        for kind, owner in (("training", "anna"), ("training", "bert"), ("evaluation", "anna"))
    ]
    store.jobs.start(numbers[0], worker)

    def listed(**wanted):
        return [job.id for job in store.jobs.list(JobFilter(**wanted))]

    assert [job.id for job in store.jobs.list()] == numbers[::-1]
    assert listed(kind="training") == [numbers[1], numbers[0]]
    assert listed(owner="anna") == [numbers[2], numbers[0]]
    assert listed(states={JobState.QUEUED}) == [numbers[2], numbers[1]]
    assert listed(states=("starting",)) == [numbers[0]]
    assert listed(limit=2) == [numbers[2], numbers[1]]


@pytest.mark.parametrize("question", ["get", "history"])
def test_a_job_that_is_not_there_is_told(store, question):
    with pytest.raises(NotFoundError, match=r"There is no job 5\."):
        getattr(store.jobs, question)(5)


def test_a_clone_has_the_same_data_and_its_own_number(store, new_job):
    job = store.jobs.submit(replace(new_job, priority=2))
    same = store.jobs.clone(job.id, owner="bert")
    other = store.jobs.clone(job.id, {"epochs": 9}, owner="bert")
    assert (same.config, same.owner, same.priority, same.cloned_from) == (job.config, "bert", 2, job.id)
    assert (other.config, other.cloned_from, other.state) == ({"epochs": 9}, job.id, JobState.QUEUED)


def test_a_failed_job_is_tried_again_once_as_a_job_of_its_own(store, new_job, worker):
    job = store.jobs.submit(new_job, worker)
    store.jobs.fail(job.id, 1, Failure("out_of_memory", "Out of memory.", "Take a smaller batch."))
    failed = store.jobs.get(job.id)
    again = store.jobs.retry(job.id, by="anna")
    assert (again.config, again.cloned_from, again.state) == (job.config, job.id, JobState.QUEUED)
    assert store.jobs.retry(job.id, by="anna") == again
    assert store.jobs.get(job.id) == failed


def test_only_a_job_that_ended_without_result_can_be_tried_again(store, working):
    with pytest.raises(JobStateError, match=f"Job {working[0]} is running; there is nothing to try again"):
        store.jobs.retry(working[0], by="anna")


def test_workers_take_the_highest_priority_then_the_oldest(store, new_job, worker):
    low, high, low_too, high_too = (store.jobs.submit(replace(new_job, priority=p)).id for p in (0, 5, 0, 5))
    expected = [high, high_too, low, low_too]
    assert waiting(store) == expected
    assert [store.jobs.claim(worker).id for _ in range(4)] == expected
    assert store.jobs.claim(worker) is None


def test_a_claimed_job_is_in_its_workers_hands(store, queued, worker, clock):
    job = store.jobs.claim(worker)
    assert (job.id, job.state, job.attempt, job.worker) == (queued[0], JobState.STARTING, 1, worker)
    assert (job.started_at, job.heartbeat_at, job.heartbeat_uptime) == (clock.moment, clock.moment, clock.uptime)
    assert store.jobs.get(job.id) == job


def test_a_job_can_be_moved_before_another(store, queued):
    first, second, third, fourth = queued
    store.jobs.move(fourth, second, by="anna")
    assert waiting(store) == [first, fourth, second, third]
    store.jobs.move(third, first, by="anna")
    assert waiting(store) == [third, first, fourth, second]
    store.jobs.move(third, second, by="anna")
    assert waiting(store) == [first, fourth, third, second]


def test_a_moved_job_takes_the_priority_of_its_new_place(store, queued):
    store.jobs.set_priority(queued[3], 9, by="anna")
    assert waiting(store) == [queued[3], *queued[:3]]
    store.jobs.move(queued[1], queued[3], by="anna")
    assert waiting(store) == [queued[1], queued[3], queued[0], queued[2]]


def test_any_number_of_moves_into_the_same_gap_keeps_the_order(store, queued):
    """Places are halved between neighbors; after some 50 times doubles have no room left."""
    first, *others = queued
    order = [others[0], others[1]] * 100
    moved = [store.jobs.move(job, others[2], by="anna") or waiting(store)[-2] for job in order]
    assert moved == order
    assert waiting(store) == [first, others[0], others[1], others[2]]


def test_a_new_job_stands_last_after_places_were_renumbered(store, queued, new_job):
    for job in [queued[1], queued[2]] * 40:
        store.jobs.move(job, queued[3], by="anna")
    latest = store.jobs.submit(new_job).id
    assert waiting(store)[-2:] == [queued[3], latest]


def test_a_paused_job_keeps_its_place_when_places_are_renumbered(store, queued):
    store.jobs.request_pause(queued[0], by="anna")
    for job in [queued[1], queued[2]] * 40:
        store.jobs.move(job, queued[3], by="anna")
    store.jobs.resume(queued[0], by="anna")
    assert waiting(store) == queued


def test_a_job_can_be_moved_to_the_front_and_to_the_end(store, queued):
    first, second, third, fourth = queued
    store.jobs.set_priority(fourth, 3, by="anna")
    store.jobs.set_priority(first, -2, by="anna")
    store.jobs.move_first(third, by="anna")
    assert waiting(store) == [third, fourth, second, first]
    store.jobs.move_last(fourth, by="anna")
    assert waiting(store) == [third, second, first, fourth]
    store.jobs.move_last(fourth, by="anna")
    store.jobs.move_first(third, by="anna")
    assert waiting(store) == [third, second, first, fourth]


def test_the_only_job_is_first_and_last(store, new_job):
    only = store.jobs.submit(new_job)
    store.jobs.move_first(only.id, by="anna")
    store.jobs.move_last(only.id, by="anna")
    assert store.jobs.get(only.id) == only


def test_nothing_is_put_before_a_job_that_has_left_the_queue(store, queued, worker):
    taken = store.jobs.claim(worker).id
    with pytest.raises(JobStateError, match=f"Job {taken} is starting; job {queued[3]} cannot be put before it"):
        store.jobs.move(queued[3], taken, by="anna")
    assert waiting(store) == queued[1:]


def test_a_job_cannot_be_moved_before_one_that_is_not_there(store, queued):
    with pytest.raises(NotFoundError, match=r"There is no job 99\."):
        store.jobs.move(queued[0], 99, by="anna")


def test_a_resumed_job_gets_its_old_place_back(store, queued):
    store.jobs.request_pause(queued[0], by="anna", reason="lunch")
    assert (waiting(store), store.jobs.get(queued[0]).reason) == (queued[1:], "lunch")
    store.jobs.resume(queued[0], by="anna")
    assert (waiting(store), store.jobs.get(queued[0]).reason) == (queued, None)


def test_a_worker_hears_what_people_want(store, working):
    job, attempt = working
    assert store.jobs.heartbeat(job, attempt) == "go on"
    assert store.jobs.request_pause(job, by="bert") == JobState.RUNNING
    assert store.jobs.report_progress(job, attempt, 0.1, "epoch 1") == "pause"
    assert store.jobs.cancel(job, by="bert") == JobState.CANCELLING
    assert store.jobs.record_metrics(job, attempt, []) == "cancel"


def test_a_pause_that_was_made_is_no_longer_wanted(store, working, worker):
    job, attempt = working
    store.jobs.request_pause(job, by="bert", reason="lunch")
    store.jobs.pause(job, attempt, "lunch")
    assert store.jobs.get(job).reason == "lunch"
    assert store.jobs.start(job, worker) == 2
    assert store.jobs.heartbeat(job, 2) == "go on"
    assert store.jobs.get(job).reason is None


def test_a_cancel_is_not_lost_when_the_job_comes_to_its_end_first(store, working):
    job, attempt = working
    store.jobs.cancel(job, by="bert")
    with pytest.raises(JobStateError, match="is being cancelled; it cannot become succeeded"):
        store.jobs.finish(job, attempt, {})
    store.jobs.confirm_cancel(job, attempt)
    assert store.jobs.get(job).state == JobState.CANCELLED


def test_reports_keep_a_job_alive_and_its_progress_known(store, working, clock):
    job, attempt = working
    clock.move(7)
    store.jobs.report_progress(job, attempt, 0.42, "epoch 5 of 12")
    told = store.jobs.get(job)
    assert (told.progress, told.note, told.versions) == (0.42, "epoch 5 of 12", {"torch": "2"})
    assert (told.heartbeat_at, told.heartbeat_uptime) == (clock.moment, clock.uptime)


def test_a_worker_that_was_thought_dead_changes_nothing_when_it_wakes_up(store, working, other_worker):
    job, attempt = working
    assert store.jobs.take_over(job, attempt, other_worker) == 2
    taken = store.jobs.get(job)
    assert (taken.state, taken.worker) == (JobState.STARTING, other_worker)
    with pytest.raises(JobStateError, match=f"Attempt 1 of job {job} is over; attempt 2 has taken its place") as caught:
        store.jobs.report_progress(job, attempt, 0.99, "nearly there")
    assert caught.value.code == "stale_attempt"
    with pytest.raises(JobStateError, match="Attempt 1"):
        store.jobs.take_over(job, attempt, other_worker)
    assert store.jobs.get(job) == taken


def test_the_first_start_is_remembered_over_all_attempts(store, working, clock, other_worker):
    job, attempt = working
    first = clock.moment
    clock.move(100)
    store.jobs.pause(job, attempt, "lunch")
    store.jobs.start(job, other_worker)
    assert store.jobs.get(job).started_at == first


def test_a_finished_job_keeps_its_result_and_takes_no_more_reports(store, working, clock):
    job, attempt = working
    result, model = {"scores": {"top1": {"value": None, "low": 0.1}}}, {"sha256": "ab" * 32}
    clock.move(9)
    store.jobs.finish(job, attempt, result, model)
    told = store.jobs.get(job)
    assert (told.result, told.model, told.progress, told.finished_at) == (result, model, 1.0, clock.moment)
    with pytest.raises(JobStateError, match="has already succeeded; it cannot take a worker's report"):
        store.jobs.heartbeat(job, attempt)


def test_a_failed_job_says_why_and_what_to_do(store, working):
    job, attempt = working
    store.jobs.fail(job, attempt, Failure("out_of_memory", "Out of memory.", "Take a smaller batch."))
    told = store.jobs.get(job)
    assert (told.failure_kind, told.failure, told.advice) == (
        "out_of_memory",
        "Out of memory.",
        "Take a smaller batch.",
    )


def test_a_result_that_json_cannot_hold_is_no_silent_null(store, working):
    with pytest.raises(Exception, match="JSON compliant"):
        store.jobs.finish(*working, {"loss": float("nan")})
    assert store.jobs.get(working[0]).state == JobState.RUNNING


def test_a_job_without_an_owner_is_refused(store):
    with pytest.raises(ValueError, match="can't be the name of a person"):
        store.jobs.submit(NewJob("training", {}, ""))


def test_a_brief_list_leaves_out_what_is_large(store, working):
    store.jobs.finish(*working, {"test": {}}, {"family": "small"})
    brief, whole = (store.jobs.list(JobFilter(in_brief=is_brief))[0] for is_brief in (True, False))
    assert (whole.result, whole.model) == ({"test": {}}, {"family": "small"})
    assert brief == replace(whole, result=None, model=None)


def test_one_score_of_many_jobs_is_read_alone(store, working, new_job):
    score = {"value": 0.5, "low": 0.4, "high": 0.6, "reason": ""}
    store.jobs.finish(*working, {"test": {"scores": {"top1": score}}}, {})
    other = store.jobs.submit(new_job).id
    assert store.jobs.test_scores("top1", [working[0], other]) == {working[0]: score}
    assert store.jobs.test_scores("macro_f1", [working[0], other]) == {}
