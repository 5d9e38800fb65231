"""One limited process, seen from the side that asks."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mammo.errors import ImageError
from mammo.ingest.limits import Limits
from mammo.ingest.stream import read_into
from mammo.ingest.wishes import Wishes
from mammo.packing import pack, unpack

Pixels = npt.NDArray[np.float32]  # shape (n,)

_FOLDER = Path(__file__).parents[2]  # that holds this program
_MOST_PIXEL_BYTES = 300_000_000  # of the largest picture that is read, four bytes a pixel
_MOST_FACTS_BYTES = 1_000_000
# Nothing of this process's environment but what finding the program takes: no settings, no passwords.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
_LAST_SECONDS = 2.0  # that a process takes to end after its socket has closed


class IngestProcess:
    """Starts itself when asked, and again when a file has ended it. One thread at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def ask(self, name: str, data: bytes, wishes: Wishes) -> tuple[dict[str, Any], Pixels]:
        """What it says of a file, and its pixels (or the signature) one after another; neither can be trusted.

        Raises:
            ImageError: ``too_slow`` or ``decoder_crashed``, if the file was too much for it.
            ValueError: If its answer makes no sense.
        """
        connection = self.start()
        try:
            connection.send_bytes(pack({"name": name, "wishes": asdict(wishes)}, data))
            if not connection.poll(self._limits.seconds):
                raise self._too_slow(name)
            answer, _ = unpack(connection.recv_bytes(_MOST_FACTS_BYTES))
            return answer, self._pixels(connection, answer)
        except (TimeoutError, BlockingIOError):  # the latter while it is sent to a process that stands still
            raise self._too_slow(name) from None
        except (OSError, EOFError):  # it is gone, or says more than any picture holds
            raise self._lost(name) from None

    def _pixels(self, connection: Connection, answer: dict[str, Any]) -> Pixels:
        size = int(answer.get("bytes", 0))
        if not 0 <= size <= _MOST_PIXEL_BYTES or size % 4:
            raise ValueError(size)
        pixels = np.empty(size // 4, np.float32)
        read_into(connection.fileno(), pixels.data.cast("B"), self._limits.seconds)
        return pixels

    def start(self) -> Connection:
        """The way to the process, which is started if it isn't there."""
        if self._connection is not None and self._process is not None and self._process.poll() is None:
            return self._connection
        self.end()
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _as_timeval(self._limits.seconds))
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                [sys.executable, "-m", "mammo.ingest.child", str(theirs.fileno()), json.dumps(asdict(self._limits))],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # a library's remark may quote the file
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ}
                | _THREADS
                | {"PYTHONPATH": os.pathsep.join(filter(None, [str(_FOLDER), os.environ.get("PYTHONPATH")]))},
            )
        self._connection = Connection(ours.detach())
        return self._connection

    def end(self) -> None:
        """End the process, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _too_slow(self, name: str) -> ImageError:
        self.end()
        most = f"{self._limits.cpu_seconds} s"
        return ImageError(f"{name} took longer than {most} to read. It is refused.", code="too_slow")

    def _lost(self, name: str) -> ImageError:
        code = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                code = self._process.wait(_LAST_SECONDS)
        if code == -signal.SIGXCPU:
            return self._too_slow(name)
        self.end()
        return ImageError(f"{name} has broken the program that reads pictures. It is refused.", code="decoder_crashed")


def _as_timeval(seconds: float) -> bytes:
    """As the kernel wants a time: whole seconds and microseconds; 0 is without end."""
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
