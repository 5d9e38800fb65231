"""What the garbage collector need not look through."""

from __future__ import annotations

import gc
import sys

import streamlit as st

_MANY_MODULES = 100


def settle() -> None:
    """Called when a page was drawn: modules and other things that stay for good are set apart from the rest.

    A full collection looks through half a million of them, for a tenth of a second in which every page waits.
    """
    _set_apart(len(sys.modules) // _MANY_MODULES)


@st.cache_resource(max_entries=1, show_spinner=False)
def _set_apart(modules: int) -> None:  # noqa: ARG001 - of the key: done anew when many modules have come
    gc.collect()
    gc.freeze()
