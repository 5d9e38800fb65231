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
# A switch before the component was there has no transition: hence the comparison with what the page was drawn for.
_JS = """
export default function ({ data, parentElement, setStateValue }) {
  const watched = parentElement.querySelector('i');
  const tell = () => {
    const color = getComputedStyle(watched).color;
    if (watched.dataset.told === color) return;
    watched.dataset.told = color;
    setStateValue('background', color);
  };
  watched.ontransitionend = tell;
  const drawnFor = `rgb(${[1, 3, 5].map(place => parseInt(data.background.slice(place, place + 2), 16)).join(', ')})`;
  if (getComputedStyle(watched).color !== drawnFor) tell();
  else watched.dataset.told = drawnFor;
}
"""

_watch = st.components.v2.component("mammo.theme_watch", html=_HTML, css=_CSS, js=_JS)


def watch_theme(background: str) -> None:
    """Rerun the page whenever the browser shows another background, ``#RRGGBB``, than the page was drawn for."""
    _watch(data={"background": background}, key="frame.theme", on_background_change=lambda: None)
