"""What a job in hand tells the database, and what it hears there of people's wishes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mammo.store import Store
    from mammo.store.curves import LoggedNumber

_SECONDS_BETWEEN_REPORTS = 1.0

Listener = Callable[[float, str], None]  # share done, what is being done
StopReason = Literal["cancel", "pause", "release"]


class JobStoppedError(Exception):
    """A job stopped because it was asked to; carried from the depth of an import to whoever carries the job out."""


@dataclass
class JobReporter:
    """Writes an attempt's metrics and progress, and knows whether it is to stop.

    A report of an attempt that is over raises JobStateError, so that a process thought dead ends by itself.
    """

    store: Store
    job_id: int
    attempt: int
    listener: Listener
    released: threading.Event = field(default_factory=threading.Event)  # set when the worker wants the job back
    _wish: str = "go on"
    _told_at: float = -1e9
    _listened_at: float = -1e9

    @property
    def stop_reason(self) -> StopReason | None:
        """Why the job is to stop; None while it is to go on. A person's wish goes before the worker's."""
        if self._wish in {"cancel", "pause"}:
            return self._wish  # type: ignore[return-value] # one of the two
        return "release" if self.released.is_set() else None

    def metrics(self, rows: Sequence[LoggedNumber]) -> None:
        """Keep logged numbers, all in one statement."""
        if rows:
            self._heard(self.store.jobs.record_metrics(self.job_id, self.attempt, rows))

    def progress(self, share: float, note: str) -> None:
        """Tell how far the job is; of many calls a second, one is written."""
        now = time.monotonic()
        if share < 1 and now - self._listened_at < _SECONDS_BETWEEN_REPORTS:
            return
        self._listened_at = now
        self._heard(self.store.jobs.report_progress(self.job_id, self.attempt, share, note))
        self.listener(share, note)

    def checkpoint_kept(self) -> None:
        """Tell that what was done so far survives the death of this process."""
        self._heard(self.store.jobs.checkpoint_kept(self.job_id, self.attempt))

    def should_stop(self) -> bool:
        """Is the job to be laid down at its next safe point? Asks the database at most once a second."""
        if time.monotonic() - self._told_at >= _SECONDS_BETWEEN_REPORTS:
            self._heard(self.store.jobs.heartbeat(self.job_id, self.attempt))
        return self.stop_reason is not None

    def stop_if_asked(self) -> None:
        """Raise JobStoppedError if the job is to be laid down; for work without a loop of its own."""
        if self.should_stop():
            raise JobStoppedError

    def _heard(self, wish: str) -> None:
        self._wish, self._told_at = wish, time.monotonic()
