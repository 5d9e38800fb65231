"""Sentences that every page says in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mammo.errors import MammoError

RESEARCH_USE = "Research use only. Not for diagnosis."


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an expected failure as its sentence in the place of the result; let bugs keep their traceback."""
    try:
        yield
    except MammoError as error:
        st.error(str(error), icon=":material/block:")
