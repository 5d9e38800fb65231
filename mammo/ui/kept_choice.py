"""A choice that always stands in the page's address, so that a link means the same when the default has moved on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def kept_choice(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    width: int = 220,
    on_change: Callable[[], None] | None = None,
    in_words: Callable[[str], str] = str,
) -> str:
    """Let a person choose one of the options, shown ``in_words``; the address's, or else the first, at first."""
    asked = st.query_params.get(key)
    coming = st.session_state.pop(_coming(key), None)
    if coming in options:
        st.session_state[key] = coming
        asked = None  # a widget whose value is set takes no default beside it
    index = options.index(asked) if asked in options else 0
    chosen = str(st.selectbox(label, options, index, in_words, key=key, width=width, on_change=on_change))
    if st.query_params.get(key) != chosen:
        st.query_params[key] = chosen
    return chosen


def choose_next(value: str, *, key: str) -> None:
    """Have ``kept_choice`` show another option from the next time it is drawn."""
    st.session_state[_coming(key)] = value


def _coming(key: str) -> str:
    return f"{key}.coming"
