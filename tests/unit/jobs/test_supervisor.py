"""Keeping processes alive side by side; the dashboard and its workers themselves are killed in ``tests/faults``."""

import sys
import time

import psutil

from mammo.jobs.supervisor import Sibling, Supervisor

WAITING = (sys.executable, "-c", "import time; time.sleep(600)")


def living():
    own = psutil.Process().children()
    return {one.pid for one in own if one.status() != psutil.STATUS_ZOMBIE and "time.sleep(600)" in one.cmdline()[-1]}


def test_one_that_is_killed_is_started_again_and_the_others_are_left_alone(tmp_path):
    supervisor = Supervisor([Sibling("One", WAITING), Sibling("Other", WAITING)], tmp_path)
    seen, until = [], time.monotonic() + 60

    def tick():
        now = living()
        if len(now) == 2 and now not in seen:
            seen.append(now)
            if len(seen) == 1:
                psutil.Process(min(now)).kill()
        if len(seen) == 2 or time.monotonic() > until:
            supervisor.stop()

    supervisor.carry_on(tick)
    assert [len(pids) for pids in seen] == [2, 2]
    assert len(seen[0] & seen[1]) == 1
    assert living() == set()
