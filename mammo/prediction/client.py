"""Asking the prediction process; without torch, so that the app may."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from typing import TYPE_CHECKING, Any

from mammo.errors import MammoError
from mammo.packing import unpack
from mammo.prediction.wire import Answer, NoMammogramError, Question, answer_of, pack_question, secret, socket_path
from mammo.stability import Stability

if TYPE_CHECKING:
    from mammo.config import Settings

_AWAY = "The prediction process is not there; it is started with the dashboard. Try again in a few seconds."


def is_there(settings: Settings) -> bool:
    """Would the process of this installation answer a question now?"""
    try:
        with Client(str(socket_path(settings)), "AF_UNIX", authkey=secret(settings)):
            return True
    except (OSError, EOFError, AuthenticationError):
        return False


def ask(settings: Settings, question: Question, picture: bytes = b"") -> Answer:
    """Have one picture judged and explained.

    Args:
        settings: Of the installation whose process is asked.
        question: What to judge; with a ``path``, or else with ``picture``.
        picture: An image file's bytes.

    Raises:
        NoMammogramError: If the picture is none.
        MammoError: If the process is away (code "predictor_away"), or what it says of the picture or the model, with
            its code.
    """
    return answer_of(*_asked(settings, question, picture))


def ask_stability(settings: Settings, job: int, network_input: bytes) -> Stability:
    """Have an answered picture asked again under small changes.

    Args:
        settings: Of the installation whose process is asked.
        job: Whose models answered.
        network_input: Of the answer.

    Raises:
        MammoError: As ``ask``.
    """
    facts, _ = _asked(settings, Question(job, "", asks_stability=True), network_input)
    return Stability(**{**facts, "turned_by": tuple(facts["turned_by"])})


def _asked(settings: Settings, question: Question, picture: bytes) -> tuple[dict[str, Any], list[bytes]]:
    try:
        with Client(str(socket_path(settings)), "AF_UNIX", authkey=secret(settings)) as connection:
            connection.send_bytes(pack_question(question, picture))
            header, blobs = unpack(connection.recv_bytes())
    except (OSError, EOFError, AuthenticationError):
        raise MammoError(_AWAY, code="predictor_away") from None
    if "error" in header:
        raise _error_of(header, blobs)
    return header, blobs


def _error_of(header: dict[str, Any], blobs: Sequence[bytes]) -> MammoError:
    if blobs:
        return NoMammogramError(header["error"], blobs[0])
    return MammoError(header["error"], code=header["code"])
