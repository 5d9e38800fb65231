"""How much of the machine one unknown file may take."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Of one process that opens unknown files."""

    memory_bytes: int = 2 * 2**30  # of its address space, libraries included
    cpu_seconds: int = 30  # for one file
    seconds: float = 40.0  # for one file, by the clock


def confine(limits: Limits) -> None:
    """Bind this process for good: memory as said, and no file can be written, not even after a crash."""
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def allow_cpu(limits: Limits) -> None:
    """Give this process its seconds for the next file; the kernel ends it when they are spent."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + limits.cpu_seconds, hard))
