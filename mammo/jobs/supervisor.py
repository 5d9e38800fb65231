"""Keeping processes alive side by side: each is started again when it ends, ever later if it keeps ending."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mammo.errors import SettingsError
from mammo.processes import end_with_parent, wait_before_restart

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5
_END_SECONDS = 70.0  # a worker's job writes its checkpoint within them


@dataclass(frozen=True)
class Sibling:
    """A process to keep alive."""

    name: str
    command: tuple[str, ...]


@dataclass
class _Kept:
    sibling: Sibling
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait: float = 0.0


class Supervisor:
    """Starts siblings and starts them again."""

    def __init__(self, siblings: Sequence[Sibling], folder: Path) -> None:
        self._kept = [_Kept(sibling) for sibling in siblings]
        self._folder = folder
        self._is_stopping = False

    def stop(self) -> None:
        """End all siblings and come back. Safe in a signal handler."""
        self._is_stopping = True

    def carry_on(self, tick: Callable[[], None]) -> None:
        """Keep the siblings alive until ``stop``; ``tick`` is called about twice a second."""
        try:
            while not self._is_stopping:
                for kept in self._kept:
                    self._look_after(kept)
                tick()
                time.sleep(_LOOK_SECONDS)
        finally:
            self._end()

    def _look_after(self, kept: _Kept) -> None:
        now = time.monotonic()
        if kept.process is None:
            if now - kept.started_at >= kept.wait:
                kept.process = subprocess.Popen(  # noqa: S603 - our own commands
                    kept.sibling.command,
                    cwd=self._folder,
                    start_new_session=True,
                    preexec_fn=partial(end_with_parent, signal.SIGTERM, os.getpid()),
                )
                kept.started_at = now
            return
        code = kept.process.poll()
        if code is None:
            return
        lived = now - kept.started_at
        kept.wait = wait_before_restart(lived, kept.wait)
        logger.warning(
            "%s ended (exit code %d) after %.0f s; it starts again in %.0f s.",
            kept.sibling.name,
            code,
            lived,
            kept.wait,
        )
        kept.process, kept.started_at = None, now

    def _end(self) -> None:
        """SIGTERM to all; whoever does not end is killed."""
        living = [kept.process for kept in self._kept if kept.process is not None and kept.process.poll() is None]
        for process in living:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _END_SECONDS
        for process in living:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the lock of a home; a dead process's lock is free again at once.

    Raises:
        SettingsError: If another supervisor holds it, or the folder can't be written to.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(home / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsError(f"MAMMO_HOME ({home.name}) can't be written to: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise SettingsError(
            f"Mammo is already open on this MAMMO_HOME ({home.name}). End it first, or choose another MAMMO_HOME.",
            code="already_open",
        ) from None
    finally:
        os.close(descriptor)
