"""Processes that do not outlive the one that started them, and how their threads wait."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0  # seconds before a process is started again
_HEALTHY_SECONDS = 60.0  # one that lived as long is started again at once

#: Environment of processes that compute while others do: threads that wait give their core away, yet only after a
#: millisecond, since the next operation of a network comes before one that sleeps is awake.
JOB_THREADS = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "20000"}


def end_with_parent(number: signal.Signals = signal.SIGKILL, parent: int | None = None) -> None:
    """Let the kernel send this process a signal when its parent dies, by whatever death (Linux only).

    Args:
        number: The signal.
        parent: Process number of the parent; should it have died before the kernel was asked, the signal comes now.

    Source: prctl(2), PR_SET_PDEATHSIG. The parent is the thread that started this process.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, int(number))
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), number)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it has started; it leads a process group of its own."""
    with suppress(ProcessLookupError, PermissionError):  # all of them have ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def wait_before_restart(lived: float, waited: float) -> float:
    """Seconds to wait before a process that has ended is started again: ever more if it keeps ending.

    Args:
        lived: Seconds from its start to its end.
        waited: Seconds that were waited before its start; 0 if none.
    """
    if lived >= _HEALTHY_SECONDS or not waited:
        return _FIRST_WAIT
    return min(2 * waited, _LONGEST_WAIT)
