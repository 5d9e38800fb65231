"""The supervisor of dashboard and workers, its dashboard killed, started twice, killed."""

import socket

import psutil
import pytest

from mammo.store import JobState

pytestmark = pytest.mark.slow


def free_port():
    with socket.socket() as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


def apps(processes):
    return [one for one in processes if one.status() != psutil.STATUS_ZOMBIE and "mammo.ui.server" in one.cmdline()]


def test_a_killed_dashboard_comes_back_and_nothing_outlives_the_supervisor(server):
    """F40, F50, F03: the app is killed, a second supervisor refused, then the first one killed while its job hangs."""
    port = free_port()
    number = server.submit_idling(steps=10_000)
    supervisor = server.start("serve", "--port", port, "--no-demo", "--workers", 1)
    server.until(lambda: server.job(number).progress > 0 and apps(server.children_of(supervisor)))
    refused = server.finished("serve", "--port", port, "--no-demo", code=2)
    assert "Mammo is already open on this MAMMO_HOME" in refused
    assert len(refused.strip().splitlines()) == 1
    (app,) = apps(server.children_of(supervisor))
    app.kill()
    server.until(lambda: [one.pid for one in apps(server.children_of(supervisor))] not in ([], [app.pid]))
    server.until_goes_on(number)
    assert (server.job(number).state, server.job(number).attempt) == (JobState.RUNNING, 1)
    family = server.children_of(supervisor)
    child = server.child_of(supervisor)
    child.suspend()
    supervisor.kill()
    took = server.until_gone(child, 10)
    assert took > 2, "it was given no time to write a checkpoint"
    _, living = psutil.wait_procs(family, timeout=max(0.5, 10 - took))
    assert living == []
    assert server.job(number).state == JobState.QUEUED
