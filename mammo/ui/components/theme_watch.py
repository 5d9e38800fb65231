"""Notices the switch between light and dark, which reruns nothing and would leave charts in the old colors."""

from __future__ import annotations

import streamlit as st

# An invisible element whose color is the page's background: when the theme changes, its color runs through
# a transition, and the end of that is an event. (Streamlit takes one-line strings for file paths: hence the newlines.)
_HTML = """
<i aria-hidden="true"></i>
"""
_CSS = """
i { position: absolute; width: 0; height: 0; color: var(--st-background-color); transition: color 1ms; }
"""
_JS = """
export default function ({ parentElement, setStateValue }) {
  const watched = parentElement.querySelector('i');
  watched.ontransitionend = () => setStateValue('background', getComputedStyle(watched).color);
}
"""

_watch = st.components.v2.component("mammo.theme_watch", html=_HTML, css=_CSS, js=_JS)


def watch_theme() -> None:
    """Rerun the page whenever the browser's theme has changed."""
    _watch(key="frame.theme", on_background_change=lambda: None)
