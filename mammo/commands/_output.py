"""How every command speaks: results on stdout, progress on stderr, one sentence and exit code 2 for what went wrong."""

from __future__ import annotations

import functools
import getpass
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, ParamSpec, TypeVar

import typer

from mammo.errors import MammoError

P = ParamSpec("P")
R = TypeVar("R")

RESEARCH_USE = "Research use only. Not a medical device. Not for diagnosis or treatment."

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on stdout.")]


def expected_failures(command: Callable[P, R]) -> Callable[P, R]:
    """End with exit code 2 and the error's sentence where a command raises a MammoError."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except MammoError as error:
            say(str(error))
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            say("Stopped. What was finished is kept.")
            raise typer.Exit(130) from None

    return guarded


def say(sentence: str) -> None:
    """A line for the person, on stderr."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def show(result: dict[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    """The result of a command: one JSON object, or lines for a person."""
    text = json.dumps(result, allow_nan=False) if as_json else "\n".join(lines)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Progress:
    """Progress on stderr: one line written over on a terminal, a line every few seconds elsewhere."""

    def __init__(self, label: str) -> None:
        self.label = label
        self._shown_at = 0.0
        self._terminal = sys.stderr.isatty()

    def __call__(self, done: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if done < total and now - self._shown_at < (0.1 if self._terminal else 5):
            return
        self._shown_at = now
        end = "\n" if done >= total or not self._terminal else ""
        start = "\r\x1b[K" if self._terminal else ""
        sys.stderr.write(f"{start}{self.label}: {done} of {total}{f', {note}' if note else ''}{end}")
        sys.stderr.flush()


def owner() -> str:
    """Who works at this terminal: the system's user name."""
    return getpass.getuser()
