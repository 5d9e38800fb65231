"""Asking the prediction process; without torch, so that the app may."""

from __future__ import annotations

from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from typing import TYPE_CHECKING

from mammo.errors import MammoError
from mammo.packing import unpack
from mammo.prediction.wire import Answer, Question, pack_question, secret, socket_path

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
        MammoError: If the process is away (code "predictor_away"), or what it says of the picture or the model, with
            its code.
    """
    try:
        with Client(str(socket_path(settings)), "AF_UNIX", authkey=secret(settings)) as connection:
            connection.send_bytes(pack_question(question, picture))
            header, blobs = unpack(connection.recv_bytes())
    except (OSError, EOFError, AuthenticationError):
        raise MammoError(_AWAY, code="predictor_away") from None
    if "error" in header:
        raise MammoError(header["error"], code=header["code"])
    picture_png, heatmap, network_input = blobs
    lists = ("warnings", "cam_layers", "embedding")
    facts = {**header, **{name: tuple(header[name]) for name in lists if name in header}}
    return Answer(**facts, picture=picture_png, heatmap=heatmap, network_input=network_input)
