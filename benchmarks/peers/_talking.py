"""How a program talks to the benchmark: a line of JSON when it is ready, and one after each round asked for."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, cast

_ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what libraries print is no answer


def task() -> dict[str, Any]:
    """What this program is asked to do."""
    return cast("dict[str, Any]", json.loads(sys.argv[1]))


def tell(**figures: float) -> None:
    """Answer, then wait until the next round is asked for; the program ends when nobody asks any more."""
    print(json.dumps(figures), file=_ANSWERS, flush=True)
    if not sys.stdin.readline():
        os._exit(0)  # whatever a framework's threads are at


class Epochs:
    """Tells the seconds of each epoch of a training whose loop belongs to a framework."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def ended(self) -> None:
        """To be called when an epoch is over; what follows waits until the next one is asked for."""
        tell(seconds=time.perf_counter() - self._began)
        self._began = time.perf_counter()


def serve(work: Callable[[], object]) -> None:
    """Do the work once each time it is asked for."""
    tell()
    while True:
        began = time.perf_counter()
        work()
        tell(seconds=time.perf_counter() - began)
