"""What a job's processes take, counted over real processes."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from mammo.errors import SettingsError
from mammo.jobs.slots import CPU, GpuUse, Slot
from mammo.jobs.usage import JobUsage

GPU = Slot("cuda:0", "NVIDIA H200", "GPU-0")
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"


class Gpus:
    """A GPU of 80 bytes, 50 of them free, on which each known process holds 3."""

    def __init__(self, *known):
        self.known = known

    def use(self, _slot):
        return GpuUse(80, 50, self.known)

    def memory_of(self, _slot, pids):
        return 3 * len(pids.intersection(self.known))


@pytest.fixture
def family():
    """A process with one child, both waiting."""
    process = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    yield [process.pid, *(one.pid for one in psutil.Process(process.pid).children())]
    process.communicate(b"\n", timeout=30)


def test_memory_is_that_of_the_job_with_all_it_started(family):
    expected = sum(psutil.Process(pid).memory_info().rss for pid in family)
    assert JobUsage(family[0], CPU, Gpus()).now()["memory_bytes"] == pytest.approx(expected, rel=0.1)
    assert len(family) == 2


def test_cpu_is_told_since_the_last_look():
    usage = JobUsage(os.getpid(), CPU, Gpus())
    usage.now()
    busy_until = time.process_time() + 0.3
    while time.process_time() < busy_until:
        pass
    assert usage.now()["cpu_percent"] > 10


def test_gpu_memory_is_the_jobs_own_or_the_slots_where_the_driver_knows_other_numbers(family):
    assert JobUsage(family[0], GPU, Gpus(*family)).now()["gpu_memory_bytes"] == 6
    assert JobUsage(family[0], GPU, Gpus(1)).now()["gpu_memory_bytes"] == 30


def test_a_lost_gpu_does_not_hide_the_rest():
    class Lost(Gpus):
        def memory_of(self, _slot, _pids):
            raise SettingsError("The GPU does not answer.")

    assert set(JobUsage(os.getpid(), GPU, Lost()).now()) == {"cpu_percent", "memory_bytes"}


def test_of_a_process_that_has_ended_nothing_is_told(family):
    usage, processes = JobUsage(family[0], CPU, Gpus()), [psutil.Process(pid) for pid in family]
    for process in processes:
        process.kill()
    end = time.monotonic() + 10
    while any(map(computes, processes)) and time.monotonic() < end:
        time.sleep(0.01)
    told = usage.now()
    assert told == {} or told["memory_bytes"] == 0


def computes(process):
    """Whether it has not yet died of what it was sent."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
