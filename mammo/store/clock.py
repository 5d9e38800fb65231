"""What time it is: for people in UTC, for leases since the machine booted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _uptime() -> float:
    # BOOTTIME goes on while the machine sleeps; only Linux has it.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True)
class Clock:
    """Both clocks of this machine; a test brings its own."""

    now: Callable[[], datetime] = _utc_now
    uptime: Callable[[], float] = _uptime  # seconds; setting the wall clock does not move it
