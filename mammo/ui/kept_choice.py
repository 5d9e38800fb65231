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


def kept_segment(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    in_words: Callable[[str], str] = str,
    is_labelled: bool = True,
    drops: Sequence[str] = (),
) -> str:
    """As ``kept_choice``, as buttons side by side; the first option, which needs no place in the address, at first.

    ``drops`` names what leaves the address when another option is chosen.
    """

    def keep() -> None:
        st.query_params[key] = st.session_state[key]
        for name in drops:
            st.query_params.pop(name, None)

    asked = st.query_params.get(key)
    # The default is part of what the widget is: were it another one in the next run, its value would be lost.
    if key not in st.session_state:
        st.session_state[f"{key}.first"] = asked if asked in options else options[0]
    first = st.session_state[f"{key}.first"]
    chosen = st.segmented_control(
        label,
        options,
        default=first if first in options else options[0],
        format_func=in_words,
        required=True,
        key=key,
        on_change=keep,
        label_visibility="visible" if is_labelled else "collapsed",
    )
    return str(chosen)


def choose_next(value: str, *, key: str) -> None:
    """Have ``kept_choice`` show another option from the next time it is drawn."""
    st.session_state[_coming(key)] = value


def _coming(key: str) -> str:
    return f"{key}.coming"
