"""Keeping freed memory with the process, so that each step does not ask the system for it anew."""

from __future__ import annotations

import ctypes
import platform

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # of glibc's malloc.h


def keep_freed_memory() -> bool:
    """Tell the C library to keep large freed blocks; true if it did.

    By default each tensor of several megabytes is mapped when it is made and unmapped when it is freed, and the system
    fills its pages with zeros every time. The process then holds its peak until it ends, so only processes that end
    with their job should call this.

    Source:
        glibc manual, section Malloc Tunable Parameters.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    tune = ctypes.CDLL("libc.so.6").mallopt
    values = {_MMAP_THRESHOLD: 1 << 30, _TRIM_THRESHOLD: (1 << 31) - 1, _TOP_PAD: 64 << 20}
    accepted = [tune(name, value) for name, value in values.items()]
    return all(accepted)
