"""Whose job is taken away, and whose is not: processes, boots and clocks made up, the database real."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mammo.config import settings
from mammo.errors import JobStateError
from mammo.jobs.sweeping import Sweeper
from mammo.jobs.workers import this_process
from mammo.store import Clock, JobState, NewJob, open_store
from tests.faults.server import DEAD

LEASE = 30


class Time:
    """Both clocks of a machine, set by hand."""

    def __init__(self):
        self.wall, self.since_boot = datetime.now(UTC), 1000.0
        self.stands_still = True  # else two seconds pass between two looks

    @property
    def clock(self):
        return Clock(lambda: self.wall, self.uptime)

    def uptime(self):
        self.since_boot += 0 if self.stands_still else 2
        return self.since_boot

    def passes(self, seconds):
        self.wall += timedelta(seconds=seconds)
        self.since_boot += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def store(time):
    where = settings()
    where.home.mkdir(exist_ok=True)
    return open_store(where, time.clock)


@pytest.fixture
def sweep(store, time):
    return Sweeper(store, LEASE, time.clock).sweep


@pytest.fixture
def claimed(store):
    def by(worker):
        store.jobs.submit(NewJob(kind="training", config={}, owner="anna"))
        job = store.jobs.claim(worker)
        store.jobs.begin(job.id, job.attempt, {})
        return job

    return by


def test_a_living_worker_that_speaks_keeps_its_job_however_long_it_takes(store, claimed, time, sweep):
    job = claimed(this_process("worker"))
    for _ in range(100):
        time.passes(LEASE - 1)
        store.jobs.heartbeat(job.id, job.attempt)
        assert sweep() == []


def test_a_dead_process_loses_its_job_at_once(store, claimed, time, sweep):
    job = claimed(DEAD)
    assert sweep() == [job.id]
    assert store.jobs.get(job.id).state == JobState.QUEUED
    assert "died" in store.jobs.history(job.id)[-1].note


def test_another_process_with_the_number_of_a_dead_one_is_another(store, claimed, time, sweep):
    """F34."""
    job = claimed(replace(this_process("worker"), started=this_process("worker").started - 1000))
    assert sweep() == [job.id]


def test_a_silent_worker_loses_its_job_after_the_lease_and_not_before(store, claimed, time, sweep):
    job = claimed(this_process("worker"))
    time.passes(LEASE - 1)
    assert sweep() == []
    time.passes(2)
    assert sweep() == [job.id]
    assert "silent for 31 s" in store.jobs.history(job.id)[-1].note


@pytest.mark.parametrize("hours", [-24 * 365 * 50, -1, 1, 24])
def test_a_wall_clock_that_is_set_takes_no_job_away(claimed, time, sweep, hours):
    """F32: an hour on or back, a day, the year 1970."""
    claimed(this_process("worker"))
    time.wall += timedelta(hours=hours)
    assert sweep() == []


@pytest.mark.parametrize("hours", [-24 * 365 * 50, -1, 0, 1, 24])
def test_a_worker_of_another_boot_loses_its_job_after_a_lease_of_silence_whatever_the_clocks_say(
    claimed, time, sweep, hours
):
    """F32, F33: after a reboot, and of another machine, where no two clocks need agree."""
    job = claimed(replace(this_process("worker"), boot_id="another"))
    time.wall += timedelta(hours=hours)
    assert sweep() == []
    time.passes(LEASE)
    assert sweep() == []
    time.passes(1)
    assert sweep() == [job.id]


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_worker_of_another_machine_that_speaks_keeps_its_job_whatever_its_clock_says(
    store, claimed, time, sweep, hours
):
    job = claimed(replace(this_process("worker"), boot_id="another"))
    for _ in range(5):
        time.passes(LEASE - 1)
        assert sweep() == []
        time.wall += timedelta(hours=hours)
        store.jobs.heartbeat(job.id, job.attempt)
        time.wall -= timedelta(hours=hours)


def test_a_sign_of_life_that_comes_while_the_sweeper_waits_saves_the_job(store, claimed, time):
    job = store.jobs.get(claimed(this_process("worker")).id)
    time.passes(LEASE + 1)
    store.jobs.heartbeat(job.id, job.attempt)
    with pytest.raises(JobStateError, match="spoken meanwhile"):
        store.jobs.lose(job.id, job.attempt, "It was silent.", last_heard=job.heartbeat_at)
    assert store.jobs.get(job.id).state == JobState.RUNNING


def test_a_sweeper_that_had_to_wait_for_the_database_takes_nobody_for_silent(store, claimed, time):
    """F11: who could not write for so long may be a worker too; the next sweep tells."""
    job = store.jobs.get(claimed(this_process("worker")).id)
    time.passes(LEASE + 1)
    time.stands_still = False
    with pytest.raises(JobStateError, match="was locked"):
        store.jobs.lose(job.id, job.attempt, "It was silent.", last_heard=job.heartbeat_at)
    assert store.jobs.get(job.id).state == JobState.RUNNING
    time.stands_still = True
    assert store.jobs.lose(job.id, job.attempt, "It was silent.", last_heard=job.heartbeat_at) == JobState.QUEUED


def test_a_lost_job_that_someone_wanted_cancelled_or_paused_gets_their_wish(store, claimed, time, sweep):
    cancelled = claimed(DEAD)
    store.jobs.cancel(cancelled.id, by="anna")
    paused = claimed(DEAD)
    store.jobs.request_pause(paused.id, by="anna")
    sweep()
    assert store.jobs.get(cancelled.id).state == JobState.CANCELLED
    assert store.jobs.get(paused.id).state == JobState.PAUSED


def test_three_deaths_in_a_row_hold_a_job_and_a_checkpoint_between_them_starts_the_count_again(
    store, claimed, time, sweep
):
    job = claimed(DEAD)
    states = []
    for death in range(5):
        if death == 2:
            store.jobs.checkpoint_kept(job.id, store.jobs.get(job.id).attempt)
        sweep()
        states.append(store.jobs.get(job.id).state)
        if states[-1] == JobState.QUEUED:
            again = store.jobs.claim(DEAD)
            store.jobs.begin(job.id, again.attempt, {})
    assert states == [JobState.QUEUED] * 4 + [JobState.HELD]
    assert "3 times without a checkpoint" in store.jobs.get(job.id).reason


@pytest.mark.parametrize("way", ["resumed", "started"])
def test_a_held_job_that_a_person_sets_going_may_die_as_often_again(store, claimed, time, sweep, way):
    job = claimed(DEAD)

    def dies_until_held():
        deaths = 0
        while store.jobs.get(job.id).state != JobState.HELD:
            sweep()
            deaths += 1
            if store.jobs.get(job.id).state == JobState.QUEUED:
                store.jobs.claim(DEAD)
        return deaths

    assert dies_until_held() == 3
    if way == "resumed":
        store.jobs.resume(job.id, by="anna")
        store.jobs.claim(DEAD)
    else:
        store.jobs.start(job.id, DEAD)
    assert dies_until_held() == 3
    assert "3 times without a checkpoint" in store.jobs.get(job.id).reason
