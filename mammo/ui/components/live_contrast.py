"""The live contrast: a film whose gray levels follow the hand in the browser, told to Python on release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from mammo.parameters import ParameterValue

LIVE_METHODS = ("contrast_stretch", "stretch_percentiles", "stretch_limits", "window_level", "gamma", "levels")

_SOURCES = Path(__file__).with_suffix("")


@dataclass(frozen=True)
class DrawnAfter:
    """What the server made of the film, by a method that is not live."""

    film: str  # id
    curve: tuple[tuple[float, float], ...] | None  # where one curve describes the method
    counts: tuple[int, ...]  # histogram of the breast
    black: float  # share of the breast at 0
    white: float  # share of the breast at 1


@dataclass(frozen=True)
class ContrastView:
    """What the view shows. Films are named by the ids under which ``send_film`` brought them."""

    film: str
    name: str  # in the upper left corner
    facts: str  # in the upper right corner
    alt: str
    method: str
    label: str  # of the method
    values: Mapping[str, ParameterValue]  # of the method
    limits: Mapping[str, Mapping[str, tuple[float, float]]]  # of every live method's numbers
    drawn: DrawnAfter | None = None  # of a method that is not live


def _joined(*names: str) -> str:
    """One module of several files: the browser gets no others to import from."""
    return "\n".join(["", *((_SOURCES / name).read_text(encoding="utf-8") for name in names)])


# Streamlit takes one-line strings for file paths: hence the newlines.
FILM_HTML = """
<i aria-hidden="true"></i>
"""
FILM_JS = (
    _joined("levels.js", "film.js")
    + """
export default function ({ data, parentElement }) {
  const slot = parentElement.querySelector('i');
  const former = slot.film;
  keepFilm(slot, data);
  if (former !== slot.film) films.delete(former);
  return () => { if (!slot.isConnected) films.delete(slot.film); };
}
"""
)
VIEW_HTML, VIEW_CSS = _joined("page.html"), _joined("page.css")
VIEW_JS = (
    _joined("levels.js", "film.js", "picture.js", "panel.js", "gestures.js", "keys.js", "view.js")
    + """
export default function ({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.contrast');
  root.view ??= makeView(root);
  root.view.receive(data, setTriggerValue);
  return () => { if (!root.isConnected) root.view.end(); };
}
"""
)

_film = st.components.v2.component("mammo.film", html=FILM_HTML, js=FILM_JS)
_view = st.components.v2.component("mammo.live_contrast", html=VIEW_HTML, css=VIEW_CSS, js=VIEW_JS)


def send_film(packed: bytes, *, key: str) -> None:
    """Bring a film of ``live_film`` to the browser, where it stays while its bytes stay the same."""
    _film(data=packed, key=key)


def live_contrast(view: ContrastView, *, key: str, on_release: Callable[[str, Mapping[str, Any]], None]) -> None:
    """Draw the view; ``on_release`` gets method and values, unchecked, before the page runs anew."""
    answered = f"{key}.answered"  # how many releases were taken: the browser tells an answer from a wish of the page

    def released() -> None:
        if setting := st.session_state[key].released:
            st.session_state[answered] = setting["count"]
            on_release(setting["method"], setting["values"])

    data = {**asdict(view), "answered": st.session_state.get(answered, 0)}
    _view(
        data=[data],  # in a list it goes as it is; in a dictionary Streamlit would load pandas to look for tables
        key=key,
        on_released_change=released,
    )
