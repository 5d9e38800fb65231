"""Turns at a machine's cores: two trainings that use all of them at once take five to ten times as long as in turn."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Self

import torch

_PATIENCE_SECONDS = 10.0  # whoever holds the turn for longer is stuck, or takes very large steps
_ALONE_SECONDS = 300.0  # for which nobody is waited for then
_LOOK_SECONDS = 0.001


class Turns(AbstractContextManager["Turns"]):
    """Only one process is inside at a time, those that wait in the order in which they came.

    Threads of a network's operations wait for each other hundreds of times in a step; where another process computes on
    the same cores, the system lets each of these waits last for milliseconds. The turn is given back by the system when
    a process dies. It speeds work up and protects nothing: where it can't be had, work goes on without it.

    Args:
        folder: Where its files are; on this machine, since it is this machine's cores that are shared.
    """

    def __init__(self, folder: Path) -> None:
        self._files: tuple[int, ...] = ()
        self._alone_until = 0.0
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._files = tuple(
                os.open(folder / f"mammo-{os.getuid()}-{name}", flags, 0o600) for name in ("next", "turn")
            )
        except OSError:  # another one's file, or no place for one
            self._alone_until = float("inf")

    def __enter__(self) -> Self:
        if time.monotonic() < self._alone_until:
            return self
        following, turn = self._files  # only one waits for the turn itself, so that whoever gives it back comes last
        is_mine = _is_had(following) and _is_had(turn)
        fcntl.flock(following, fcntl.LOCK_UN)
        if not is_mine:
            self._alone_until = time.monotonic() + _ALONE_SECONDS
        return self

    def __exit__(self, *_: object) -> None:
        if self._files:
            fcntl.flock(self._files[1], fcntl.LOCK_UN)


def _is_had(file: int) -> bool:
    """Lock a file, if that can be had within the patience."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_SECONDS)
        else:
            return True


@cache
def _turns_here() -> Turns:
    """Of this process, among all of this user on this machine."""
    return Turns(Path(tempfile.gettempdir()))


def turn(device: torch.device) -> AbstractContextManager[object]:
    """What to be inside of while computing; of no effect on a GPU, or where two processes fit side by side."""
    fit_side_by_side = 2 * torch.get_num_threads() <= len(os.sched_getaffinity(0))
    return nullcontext() if device.type != "cpu" or fit_side_by_side else _turns_here()
