"""Opening the dashboard with its workers."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from mammo.commands._output import RESEARCH_USE, expected_failures, say
from mammo.config import Settings, settings
from mammo.errors import MammoError, SettingsError
from mammo.jobs.kept_pictures import remove_unlisted_pictures
from mammo.jobs.nvml import Nvml
from mammo.jobs.slots import find_slots
from mammo.jobs.supervisor import Sibling, Supervisor, only_one
from mammo.jobs.uploads import remove_forgotten_uploads
from mammo.processes import end_with_parent
from mammo.store import open_store

_ROOT = Path(__file__).parents[2]
_QUIET_SECONDS = 15.0  # the first page has been drawn by then
_DEMO_SECONDS = 2.0  # between two looks whether the demo's images are there


@expected_failures
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
    workers: Annotated[int | None, typer.Option(min=0, max=64, help="One per GPU, or one, by default.")] = None,
    demo: Annotated[bool, typer.Option(help="Make the demo where there is no data yet.")] = True,
) -> None:
    """Open the dashboard and carry out its jobs; on a fresh server, make the demo meanwhile."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s  %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    where = settings()
    with only_one(where.home):
        store = open_store(where)  # a database that can't be opened is said here, not in the browser
        remove_forgotten_uploads(store, where)
        remove_unlisted_pictures(store, where)
        store.close()
        _check_port(port)
        supervisor = Supervisor(_siblings(port, workers), _ROOT)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: supervisor.stop())
        say(f"Mammo opens at http://localhost:{port}. {RESEARCH_USE} Ctrl-C ends it.")
        supervisor.carry_on(_Meanwhile(where, demo=demo))
    say("Mammo has ended. Jobs that were running go on when it is opened again.")


def _siblings(port: int, workers: int | None) -> list[Sibling]:
    slots = find_slots(Nvml())
    names = [slots[number % len(slots)].name for number in range(len(slots) if workers is None else workers)]
    address = ("--server.port", str(port), "--server.headless", "true")
    app = ("-m", "mammo.ui.server", "run", str(_ROOT / "app.py"), *address)
    return [
        Sibling("The dashboard", (sys.executable, *app)),
        Sibling("The prediction process", (sys.executable, "-m", "mammo", "predictor")),
        *(
            Sibling(f"Worker {number}", (sys.executable, "-m", "mammo", "worker", "--device", name))
            for number, name in enumerate(names, start=1)
        ),
    ]


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            raise SettingsError(f"Port {port} is taken by another program. Choose another one with --port.") from None


class _Meanwhile:
    """What is done beside keeping the processes alive, about twice a second."""

    def __init__(self, where: Settings, *, demo: bool) -> None:
        self._network_counter = _NetworkCounter()
        self._demo_maker = _DemoMaker(where) if demo else None

    def __call__(self) -> None:
        self._network_counter()
        if self._demo_maker is not None:
            self._demo_maker()


class _NetworkCounter:
    """Has the usual networks counted once, so that nobody waits for the cost of a training."""

    def __init__(self) -> None:
        self._begins_at = time.monotonic() + _QUIET_SECONDS
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self) -> None:
        if self._process is not None:
            self._process.poll()  # else it would stay as a zombie
        elif time.monotonic() >= self._begins_at:
            command = (sys.executable, "-m", "mammo.training.kept_sizes")
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                command, cwd=_ROOT, preexec_fn=partial(_modestly, os.getpid())
            )


def _modestly(parent: int) -> None:
    """Between fork and exec: leave the processor to others, end with the parent."""
    os.nice(19)
    end_with_parent(signal.SIGTERM, parent)


class _DemoMaker:
    """Submits the demo's jobs, each when what it needs is there."""

    def __init__(self, where: Settings) -> None:
        self._store = open_store(where)
        self._is_done, self._looked_at = False, -1e9

    def __call__(self) -> None:
        if self._is_done or time.monotonic() - self._looked_at < _DEMO_SECONDS:
            return
        self._looked_at = time.monotonic()
        from mammo.jobs.demo import submit_demo  # presets and phantoms: who is refused needn't wait for them

        try:
            self._is_done = submit_demo(self._store)
        except MammoError as error:
            say(f"The demo was not made: {error}")
            self._is_done = True
