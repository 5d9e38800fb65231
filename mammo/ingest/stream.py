"""Pixels through a socket without a copy on the way: they are as large as all the rest of a prediction."""

from __future__ import annotations

import os
import select
import time


def write_all(descriptor: int, content: memoryview) -> None:
    """Write bytes, however many; OSError if the other end has gone."""
    while content:
        content = content[os.write(descriptor, content) :]


def read_into(descriptor: int, target: memoryview, seconds: float) -> None:
    """Fill bytes from a socket.

    Args:
        descriptor: Of the socket.
        target: To be filled.
        seconds: To wait for all of it at most.

    Raises:
        EOFError: If the other end has gone before the end.
        TimeoutError: If it takes too long.
    """
    ends_at = time.monotonic() + seconds
    ready = select.poll()  # which takes any descriptor; select refuses those above 1023
    ready.register(descriptor, select.POLLIN)
    while target:
        if not ready.poll(1000 * max(0.0, ends_at - time.monotonic())):
            raise TimeoutError
        read = os.readv(descriptor, [target])
        if not read:
            raise EOFError
        target = target[read:]
