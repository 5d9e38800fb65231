"""Keeping freed memory with the process, on large pages, so that steps wait less for the system and the memory."""

from __future__ import annotations

import ctypes
import mmap
import platform
from functools import cache
from pathlib import Path

import psutil

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8  # of glibc's malloc.h
_NEVER = -1
_BLOCK = 1 << 30  # bytes; what is smaller comes from the heap
_OVERCOMMIT = Path("/proc/sys/vm/overcommit_memory")
_STRICT = "2"  # there, memory that a process asked for is taken from the others, used or not


@cache
def keep_freed_memory() -> bool:
    """Tell the C library to keep large freed blocks, and the system to lay them on large pages; true if it will keep.

    By default each tensor of several megabytes is mapped when it is made and unmapped when it is freed, and the system
    fills its pages with zeros every time. The process then holds its peak until it ends, so only processes that end
    with their job should call this.

    A network's step walks through gigabytes; on pages of 4 KiB a tenth of its time goes into looking them up. Threads
    that start later share the one heap: those of their own would be given back and lie on small pages.

    Source:
        glibc manual, section Malloc Tunable Parameters; Linux manual, madvise(2).
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    library = ctypes.CDLL("libc.so.6")
    values = {_MMAP_THRESHOLD: _BLOCK, _TRIM_THRESHOLD: _NEVER, _TOP_PAD: 64 << 20, _ARENA_MAX: 1}
    accepted = [library.mallopt(name, value) for name, value in values.items()]
    if _may_promise():
        _grow_heap(library)
    return all(accepted)


def _may_promise() -> bool:
    """Whether the system lets processes ask for more memory than they use; no where it does not tell."""
    try:
        return _OVERCOMMIT.read_text().strip() != _STRICT
    except OSError:
        return False


def _grow_heap(library: ctypes.CDLL) -> None:
    """Let the heap have half of the free memory and ask for large pages there; what nobody uses takes no memory."""
    library.malloc.restype = ctypes.c_void_p
    library.malloc.argtypes = (ctypes.c_size_t,)
    library.free.argtypes = (ctypes.c_void_p,)
    library.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    size = _BLOCK - mmap.PAGESIZE
    blocks = []
    for _ in range(psutil.virtual_memory().available // 2 // _BLOCK):
        block = library.malloc(size)
        if not block:
            break  # a limit on the process's addresses
        blocks.append(block)
        start = -(-block // mmap.PAGESIZE) * mmap.PAGESIZE
        library.madvise(start, (block + size - start) // mmap.PAGESIZE * mmap.PAGESIZE, mmap.MADV_HUGEPAGE)
    for block in blocks:
        library.free(block)
