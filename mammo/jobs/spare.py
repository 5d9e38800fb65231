"""A process kept ready for a worker's next job: it has loaded torch, and waits to be told which job to carry out."""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from mammo.processes import end_group, wait_before_restart

Process = subprocess.Popen[bytes]

logger = logging.getLogger(__name__)

READY, TAKEN = b"ready\n", b"taken\n"  # what it says on its standard output
#: What it loads; the second is loaded by torch's optimizers at their first step, and takes as long as torch itself.
AHEAD = ("torch", "torch._dynamo", "mammo.training.procedure", "mammo.jobs.training_result")

_LOOK_SECONDS = 1.0  # between two looks after it
_ANSWER_SECONDS = 2.0  # one that has not taken a job by then is stuck
_LOADING_SECONDS = 120.0  # one that has not loaded by then hangs
_ENOUGH_BYTES, _SCARCE_BYTES = 2 << 30, 1 << 30  # of free memory: to start one, which takes 0.8 GB; to keep it
_MOST_SAID = 1 << 16  # bytes: all that a pipe holds
_ROOT = Path(__file__).parents[2]


class Spare:
    """At most one process that waits.

    It carries out one job and ends with it, as every job's process does. It bears the environment that it was started
    with and the code that it has loaded: where either is another one by the time a job comes, it is ended unused.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock  # seconds
        self._process: Process | None = None
        self._is_ready = False
        self._made_of: object = None
        self._looked_at = self._started_at = self._ended_at = -1e9
        self._wait = 0.0  # seconds before another is started, if one died by itself

    def keep(self, environment: Mapping[str, str], is_wanted: Callable[[], bool] = lambda: True) -> None:
        """See that there is one where it is wanted, unless memory is scarce; to be called over and over."""
        now = self._clock()
        if now - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = now
        free = psutil.virtual_memory().available
        if self._process is None:
            if free >= _ENOUGH_BYTES and now - self._ended_at >= self._wait and is_wanted():
                self._start(environment)
        elif self._process.poll() is not None:
            self._back_off(f"ended (exit code {self._process.returncode})")
        elif free < _SCARCE_BYTES:
            self.end()
        elif not self._has_loaded(self._process) and now - self._started_at > _LOADING_SECONDS:
            self._back_off(f"had not loaded after {_LOADING_SECONDS:.0f} s")

    def hand_over(self, job_id: int, attempt: int, log: Path, environment: Mapping[str, str]) -> Process | None:
        """Let it carry out a job; return its process, or None where there is none that could.

        Args:
            job_id: The job.
            attempt: As the claim returned it.
            log: File that the process writes to from now on.
            environment: What the job's process must have.
        """
        if self._process is None or not self._has_loaded(self._process):
            return None  # one that still loads is for the job after this one
        process = self._process
        order = json.dumps({"job": job_id, "attempt": attempt, "log": str(log)})
        if self._made_of == _made_of(environment) and _takes(process, order):
            self._process, self._wait = None, 0.0
            return process
        self.end()
        return None

    def end(self) -> None:
        """End it, whatever it does."""
        if self._process is not None:
            end_group(self._process)
            self._process = None

    def _start(self, environment: Mapping[str, str]) -> None:
        self._started_at, self._is_ready, self._made_of = self._clock(), False, _made_of(environment)
        # At the priority of all: what a library starts while it loads, such as the threads of BLAS, would keep a lower
        # one for good, and so would the job.
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mammo.jobs.child"],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a job that is started without it says in its log what is wrong
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            self._back_off(f"could not be started ({error.strerror})")

    def _back_off(self, what: str) -> None:
        self.end()  # what it may have left
        self._ended_at = self._clock()
        lived = self._ended_at - self._started_at if self._is_ready else 0.0  # to hang for long is no life
        self._wait = wait_before_restart(lived, self._wait)
        logger.warning("The process kept for the next job %s; another starts in %.0f s.", what, self._wait)

    def _has_loaded(self, process: Process) -> bool:
        self._is_ready = self._is_ready or _said(process, 0).endswith(READY)  # a library may speak first
        return self._is_ready


def _takes(process: Process, order: str) -> bool:
    try:
        process.stdin.write(f"{order}\n".encode())  # type: ignore[union-attr] # it has pipes
    except OSError:  # it has died just now
        return False
    return _said(process, _ANSWER_SECONDS).endswith(TAKEN)


def _said(process: Process, seconds: float) -> bytes:
    """What a process has written to its pipe, waited for so long; nothing if it is silent or dead."""
    pipe = process.stdout.fileno()  # type: ignore[union-attr] # it has pipes
    written = select.poll()  # which takes any descriptor; select refuses those above 1023
    written.register(pipe, select.POLLIN)
    return os.read(pipe, _MOST_SAID) if written.poll(1000 * seconds) else b""


def _made_of(environment: Mapping[str, str]) -> object:
    """What a process that is started now would be made of: settings, this program's files, the packages beside it."""
    folders = [one for part in ("mammo", "db") for one in os.walk(_ROOT / part)]  # passes over what is removed just now
    sources = sorted(Path(folder, name) for folder, _, names in folders for name in names if name.endswith(".py"))
    packages = Path(sysconfig.get_path("purelib"))
    return dict(environment), [(path, _changed_at(path)) for path in [*sources, packages]]


def _changed_at(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # removed just now
        return None
