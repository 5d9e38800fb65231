"""Sentences that every page says in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mammo.errors import MammoError
from mammo.ui import predictor_away
from mammo.ui.plain_text import plain

RESEARCH_USE = "Research use only. Not for diagnosis."


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an expected failure as its sentence in the place of the result; let bugs keep their traceback."""
    try:
        yield
    except MammoError as error:
        show_error(error)


def show_error(error: MammoError) -> None:
    """The sentence of an expected failure; where only the prediction process is awaited, the page goes on by itself."""
    if error.code == predictor_away.CODE:
        predictor_away.show_waiting()
    else:
        st.error(plain(str(error)), icon=":material/block:")
