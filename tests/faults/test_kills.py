"""F01: workers killed over and over; every job is done once, with the weights and numbers of an undisturbed one."""

import time
from itertools import cycle

import numpy as np
import pytest

from mammo.store import JobFilter, JobState
from tests.faults.invariants import ENDS, IN_HAND
from tests.faults.server import FINISH

pytestmark = pytest.mark.slow
VICTIMS = 2  # workers at a time
WAYS = ("logging", "young", "writing", "young", "young")  # an attempt is young for most of its time


class Victim:
    """A worker that is killed at a moment drawn beforehand.

    That is soon after its start; or when its job has logged some numbers; or amid a write of a checkpoint.
    """

    def __init__(self, server, way, dice):
        self.server = server
        self.process = server.start("worker", "--json")
        self.way = way
        self.dies_at = time.monotonic() + dice.uniform(0, 6)
        self.numbers = dice.integers(1, 21)
        self.counted = {}  # by job: numbers logged when it was first seen

    def job(self):
        """The number of the job that it has in hand, if any."""
        in_hand = self.server.store.jobs.list(JobFilter(states=IN_HAND))
        return next((job.id for job in in_hand if job.worker.pid == self.process.pid), None)

    def is_due(self, number):
        if self.way == "young":
            return time.monotonic() > self.dies_at
        if number is None:
            return False
        if self.way == "writing":
            return any(self.server.settings.job_dir(number).rglob("step-*.tmp"))
        count = len(self.server.store.jobs.metrics(number))
        return count >= self.counted.setdefault(number, count) + self.numbers


def resume_held(server):
    """Three deaths in a row before a checkpoint hold a job; a person lets it go on."""
    for held in server.store.jobs.list(JobFilter(states={JobState.HELD})):
        server.store.jobs.resume(held.id, by="tester")


def kill_over_and_over(server, numbers, kills):
    """Kill so many workers, each job's no more often than a few times; return how often each way was taken."""
    dice, ways, died = np.random.default_rng(0), [], []
    drawn = cycle(WAYS)
    most = kills // len(numbers) + 4
    victims = [Victim(server, next(drawn), dice) for _ in range(VICTIMS)]
    while len(ways) < kills:
        for place, victim in enumerate(victims):
            number = victim.job()
            if victim.is_due(number) and died.count(number) < most and len(ways) < kills:
                victim.process.kill()
                victim.process.communicate()
                ways.append(victim.way)
                died += [] if number is None else [number]
                victims[place] = Victim(server, next(drawn), dice)
        resume_held(server)
        assert not all(server.job(number).state in ENDS for number in numbers), f"all done after {len(ways)} kills"
        time.sleep(0.03)
    return ways


@pytest.mark.parametrize(
    ("kills", "jobs", "seeds"),
    [pytest.param(6, 2, 1, id="6 kills"), pytest.param(200, 50, 5, id="200 kills", marks=pytest.mark.long)],
)
def test_no_kill_loses_a_job_or_changes_its_outcome(server, kills, jobs, seeds):
    """F01: 0 lost, 0 completed twice, all done, weights and metrics identical to those of undisturbed trainings."""
    undisturbed = {0: 1, **{seed: server.submit(seed=seed) for seed in range(1, seeds)}}
    server.finished(*FINISH)
    numbers = [server.submit(seed=job % seeds) for job in range(jobs)]
    ways = kill_over_and_over(server, numbers, kills)
    assert set(ways) > {"young"}, "none died at work"
    server.until(lambda: resume_held(server) or all(server.job(number).state in ENDS for number in numbers), 60 * jobs)
    assert [server.job(number).state for number in numbers] == [JobState.SUCCEEDED] * jobs
    outcomes = [server.left_by(number) for number in numbers]
    assert outcomes == [server.left_by(undisturbed[job % seeds]) for job in range(jobs)]
