"""A worker: one process per device slot that takes jobs from the queue and starts a child process for each."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mammo.errors import JobStateError, MammoError, SettingsError
from mammo.jobs.child import LOG_NAME, UNHEARD
from mammo.jobs.leftovers import remove_leftovers
from mammo.jobs.slots import Gpus, Slot, taken_by_others
from mammo.jobs.spare import Spare
from mammo.jobs.sweeping import IN_HAND, Sweeper
from mammo.jobs.usage import JobUsage
from mammo.jobs.workers import this_process
from mammo.processes import JOB_THREADS, end_group
from mammo.store import DATABASE_TROUBLES, JobFilter, JobState, Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from mammo.config import Settings
    from mammo.store import JobRecord

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0  # between two looks into an empty queue
_POLL_SECONDS = 0.1  # between two looks at a child
_PASSING = DATABASE_TROUBLES - {"database_damaged", "database_missing"} | {"disk_full"}  # a job in hand outlives them
_PATIENCE_SECONDS = 30.0  # a child that was asked to end and does not is killed after them
_ORPHAN_PATIENCE_SECONDS = 6.0  # where this worker's supervisor is dead, and the next one may start at any moment
_CALM_SECONDS = 5.0  # at one job, or at none, before a spare is started: loading takes a core for some seconds
_TIDY_SECONDS = 3600.0  # between two looks for what killed processes left half written


@dataclass
class _Child:
    """A job in the hands of this worker."""

    job: JobRecord
    process: subprocess.Popen[bytes]
    usage: JobUsage
    told_at: float = field(default_factory=time.monotonic)
    asked_at: float | None = None  # when it was asked to end, by its worker or by a person
    is_drained: bool = False


class WorkerLoop:
    """Takes jobs one after the other until told to stop."""

    def __init__(self, store: Store, settings: Settings, slot: Slot, gpus: Gpus) -> None:
        self.store, self.settings, self.slot, self.gpus = store, settings, slot, gpus
        self.identity = this_process(f"worker-{slot.name}")
        self.is_stopping = self.is_forced = False
        self.done: list[int] = []  # jobs whose child has ended here
        self._child: _Child | None = None
        self._spare = Spare()
        self._turned_at = time.monotonic()  # to another job, or to none
        self._sweeper = Sweeper(store, settings.lease_seconds)
        self._swept_at = self._tidied_at = -1e9
        self._blocked: str | None = None
        self._parent = os.getppid()
        self._trouble = ""  # with the database, that was told of last

    def stop(self) -> None:
        """Let the job in hand keep a checkpoint and go back into the queue; take no other. For signal handlers too.

        Called again, it ends the job's process at once.
        """
        self.is_stopping, self.is_forced = True, self.is_stopping

    def carry_on(self, *, until_idle: bool = False) -> None:
        """Work until stopped, or until no job is queued or in anyone's hands.

        Raises:
            SettingsError: If the database can't be used any more.
        """
        try:
            while True:
                try:
                    if self._has_ended(until_idle=until_idle):
                        return
                except SettingsError as error:
                    if error.code not in _PASSING:
                        raise
                    self._tell_once(str(error))
                    time.sleep(_LOOK_SECONDS)
        finally:
            self._spare.end()
            if self._child is not None:
                end_group(self._child.process)

    def _has_ended(self, *, until_idle: bool) -> bool:
        """One round of work; whether there is nothing more to do."""
        if self._child is not None:
            self._look_after(self._child)  # before the sweep: its own sign of life goes first
        self._sweep_now_and_then()
        self._keep_a_spare(lambda: not until_idle or self._is_anything({JobState.QUEUED}))
        if self._child is None:
            if self.is_stopping or (until_idle and not self._is_anything({JobState.QUEUED, *IN_HAND})):
                return True
            if not self._take_a_job():
                time.sleep(_POLL_SECONDS if until_idle else _LOOK_SECONDS)
        return False

    def _sweep_now_and_then(self) -> None:
        """Take jobs from lost workers; seldom, remove what killed processes left half written."""
        # a third of the lease: a silent worker is noticed within four thirds of it
        if time.monotonic() - self._swept_at >= min(self.settings.lease_seconds / 3, 5.0):
            self._swept_at = time.monotonic()
            self._sweeper.sweep()
            self._trouble = ""
        if time.monotonic() - self._tidied_at >= _TIDY_SECONDS:
            self._tidied_at = time.monotonic()
            remove_leftovers(self.settings)

    def _keep_a_spare(self, is_wanted: Callable[[], bool]) -> None:
        """Let a process load what the next job needs, while this one computes or there is none."""
        is_calm = time.monotonic() - self._turned_at >= _CALM_SECONDS
        if self.settings.keeps_spare and is_calm and not self.is_stopping:
            self._spare.keep(self._environment(), is_wanted)

    def _tell_once(self, trouble: str) -> None:
        if trouble != self._trouble:
            logger.warning("%s The worker goes on trying.", trouble)
        self._trouble = trouble

    def _is_anything(self, states: set[JobState]) -> bool:
        return bool(self.store.jobs.list(JobFilter(states=states, limit=1)))

    def _take_a_job(self) -> bool:
        # a look costs a read; a claim would lock all other writers out
        if not self._is_anything({JobState.QUEUED}) or self._is_blocked():
            return False
        job = self.store.jobs.claim(self.identity)
        if job is None:
            return False
        logger.info("Job %d: %s, attempt %d, on %s.", job.id, job.kind, job.attempt, self.slot.label)
        self._turned_at = time.monotonic()
        try:
            self._child = self._start(job)
        except OSError as error:
            why = f"Its process could not be started ({error.strerror}). Mend MAMMO_HOME's disk or rights, then resume."
            logger.warning("Job %d: %s", job.id, why)
            with suppress(JobStateError):  # cancelled meanwhile; the sweep will confirm it
                self.store.jobs.pause(job.id, job.attempt, why)
        return True

    def _is_blocked(self) -> bool:
        why = taken_by_others(self.slot, self.gpus)
        if why is not None and why != self._blocked:
            logger.warning("%s Waiting.", why)
        self._blocked = why
        return why is not None

    def _start(self, job: JobRecord) -> _Child:
        log, environment = self.settings.job_dir(job.id) / LOG_NAME, self._environment()
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = self._spare.hand_over(job.id, job.attempt, log, environment)
            process = process or subprocess.Popen(  # noqa: S603 - our own arguments
                [sys.executable, "-m", "mammo.jobs.child", str(job.id), str(job.attempt)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
            )
        return _Child(job, process, JobUsage(process.pid, self.slot, self.gpus))

    def _environment(self) -> dict[str, str]:
        """What the processes of this slot's jobs have around them."""
        return {
            **JOB_THREADS,
            **os.environ,
            "CUDA_VISIBLE_DEVICES": self.slot.visible,
            "MAMMO_DEVICE": self.slot.label,
        }

    def _look_after(self, child: _Child) -> None:
        try:
            code = child.process.wait(timeout=_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            self._keep_alive(child)
            return
        self._child, self._turned_at = None, time.monotonic()
        end_group(child.process)  # what it may have started
        self.done.append(child.job.id)
        self._settle(child, code)

    def _keep_alive(self, child: _Child) -> None:
        now = time.monotonic()
        if self.is_stopping and not child.is_drained:
            child.is_drained, child.asked_at = True, child.asked_at or now
            child.process.terminate()
        patience = _PATIENCE_SECONDS if os.getppid() == self._parent else _ORPHAN_PATIENCE_SECONDS
        if self.is_forced or (child.asked_at is not None and now - child.asked_at > patience):
            end_group(child.process)
        if now - child.told_at >= self.settings.heartbeat_seconds:
            child.told_at = now
            self._report(child)

    def _report(self, child: _Child) -> None:
        """A sign of life with what the child takes of the machine; if the job is another's now, its process must go."""
        try:
            wish = self.store.jobs.report_usage(child.job.id, child.job.attempt, child.usage.now())
            if wish == "cancel":
                child.asked_at = child.asked_at or time.monotonic()
        except JobStateError as error:
            if child.process.poll() is None:
                logger.warning("%s Its process is ended.", error)
                end_group(child.process)
        except MammoError as error:
            logger.warning("No sign of life could be written: %s", error)  # the next one may

    def _settle(self, child: _Child, code: int) -> None:
        """The child has ended; if it could not say how, say it for it."""
        job = child.job
        try:
            now = self.store.jobs.get(job.id)
            if now.attempt != job.attempt or now.state not in IN_HAND:
                return
            if child.is_drained and now.state != JobState.CANCELLING:
                self.store.jobs.release(job.id, job.attempt, "its worker was stopped; goes on from its checkpoint")
                return
            state = self.store.jobs.lose(job.id, job.attempt, _death(code))
            logger.warning("Job %d: %s It is %s now.", job.id, _death(code), state)
        except JobStateError:
            return  # taken by another worker meanwhile


def _death(code: int) -> str:
    if code == -9:
        return "Its process was killed (signal 9), as a machine does that runs out of memory."
    if code < 0:
        return f"Its process was killed (signal {-code})."
    if code == UNHEARD:
        return "The database did not serve its process, which ended."
    return f"Its process ended without a word (exit code {code})."
