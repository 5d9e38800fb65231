"""What people would use instead of Mammo: each in an environment of its own, in a process that works when told."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Self, cast

from benchmarks._frame import Figures

_ROOT = Path(__file__).parent.parent
_REQUIREMENTS = Path(__file__).parent / "peers"
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "NO_ALBUMENTATIONS_UPDATE": "1", "PYTHONWARNINGS": "ignore"}
_LAST_WORDS = 2000  # characters of a peer that ended before its time


class PeerError(RuntimeError):
    """A peer that could not be installed, or that ended before its time."""


def installed(environment: str, cache: Path | None = None) -> Path:
    """The interpreter that has what ``peers/ENVIRONMENT.txt`` asks for; made at the first call, kept in the cache.

    Raises:
        PeerError: If it can't be installed.
    """
    requirements = _REQUIREMENTS / f"{environment}.txt"
    version = hashlib.sha256(requirements.read_bytes()).hexdigest()[:8]
    folder = (cache or _cache()) / "peers" / f"{environment}-{version}"
    python, done = folder / "bin" / "python", folder / ".installed"
    if not done.exists():
        print(f"Installing {environment} for comparison ...", file=sys.stderr, flush=True)
        uv = str(Path(sys.executable).parent / "uv")
        for command in (
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(requirements)],
        ):
            made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
            if made.returncode:
                raise PeerError(f"{environment} could not be installed.\n{made.stderr[-_LAST_WORDS:]}")
        done.touch()
    return python


class Peer:
    """A program at one task: its process sets everything up, then does a round each time it is asked.

    Rounds of several peers can so be taken in turn without starting any of them again.

    Args:
        program: A module that talks as ``benchmarks.peers._talking`` does.
        task: What it is asked to do.
        environment: Whose requirements it needs: a text file of ``benchmarks/peers``; "" is Mammo's own.
        settings: Environment variables.
    """

    def __init__(
        self, program: str, task: Mapping[str, Any], environment: str = "", settings: Mapping[str, str] | None = None
    ) -> None:
        self._program = program
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed where the process ends
        python = installed(environment) if environment else sys.executable
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [str(python), "-m", program, json.dumps(dict(task))],
            cwd=_ROOT,
            env={**os.environ, **_QUIET, **(settings or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )
        self.first = self._answer()  # figures of what it did until it was ready

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def round(self) -> Figures:
        """What the program measured in one more round."""
        to = cast("IO[str]", self._process.stdin)
        to.write("go\n")
        to.flush()
        return self._answer()

    def _answer(self) -> Figures:
        line = cast("IO[str]", self._process.stdout).readline()
        if not line:
            self._said.seek(0)
            said = self._said.read()[-_LAST_WORDS:]
            self._end()
            raise PeerError(f"{self._program} ended before its time.\n{said}")
        return cast("Figures", json.loads(line))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            cast("IO[str]", stream).close()  # nobody asks any more: it ends with its workers
        self._process.wait()
        self._said.close()


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mammo-benchmarks"
