"""What a page shows while the prediction process is away; its answer comes without a reload once it is back."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import streamlit as st

from mammo.config import settings
from mammo.prediction.client import is_there

CODE = "predictor_away"  # of the error that asking raises meanwhile
_LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 90.0  # after which a person is asked whether to go on
_NEW_SECONDS = 15.0  # a page that did not look for as long waits anew
_WAITING = "predictor_away.waiting"


@dataclass(frozen=True)
class _Waiting:
    """For how long a session has been waiting; both in seconds of the monotonic clock."""

    since: float
    looked: float


def show_waiting() -> None:
    """Say that the answer is coming, and draw the page anew when it can come."""
    now = time.monotonic()
    waiting: _Waiting | None = st.session_state.get(_WAITING)
    if waiting is None or now - waiting.looked > _NEW_SECONDS:
        waiting = _Waiting(since=now, looked=now)
        st.session_state[_WAITING] = waiting
    if now - waiting.since > _PATIENCE_SECONDS:
        st.error("The prediction process does not come back. Whoever runs this server finds the reason in its log.")
        st.button("Try again", icon=":material/refresh:", key="predictor_away.again", on_click=_forget)
        return
    st.warning(
        "The prediction process is starting again. The answer appears here by itself, in about ten seconds.",
        icon=":material/hourglass_top:",
    )
    st.fragment(_look, run_every=_LOOK_SECONDS)()


def _look() -> None:
    """One look whether somebody answers; on the far side of patience the page is drawn anew to say so."""
    now = time.monotonic()
    waiting: _Waiting = replace(st.session_state.get(_WAITING, _Waiting(now, now)), looked=now)
    st.session_state[_WAITING] = waiting
    if is_there(settings()):
        _forget()
        st.rerun()
    if now - waiting.since > _PATIENCE_SECONDS:
        st.rerun()


def _forget() -> None:
    st.session_state.pop(_WAITING, None)
