"""Processes that do not outlive the one that started them."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


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
