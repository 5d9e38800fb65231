"""An area of a chart that a person draws, by lasso or box, or sets by numbers; it stands in the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from mammo.ui.theme import Theme

AREA = "area"  # name in the address
_CORNERS = 48  # of a lasso that are kept
_PARTS = 1000  # of the chart's extent: whole numbers in the address
_SLIDERS = ("area.x", "area.y")

Line = list[tuple[float, float]]


def chosen_area(extent: float) -> Line:
    """Corners of the area that the address names, empty if it names none that makes sense.

    Args:
        extent: The largest coordinate of the chart, of either sign.
    """
    asked = st.query_params.get(AREA, "")
    try:
        pairs = [tuple(int(number) * extent / _PARTS for number in pair.split(",")) for pair in asked.split("_")]
        line = [(x, y) for x, y in pairs]
    except (ValueError, OverflowError):
        return []
    return line if 3 <= len(line) <= _CORNERS else []


def draw_area(figure: go.Figure, line: Line, theme: Theme) -> None:
    """The area as a dashed line on the chart."""
    if line:
        path = "M " + " L ".join(f"{x} {y}" for x, y in line) + " Z"
        figure.add_shape(type="path", path=path, line={"color": theme.text, "width": 1.5, "dash": "dash"})


def take_selection(key: str, extent: float) -> None:
    """Put what was drawn on a chart into the address; for its ``on_select``."""
    selection: dict[str, Any] = st.session_state[key].selection
    drawn = [*selection.get("lasso", []), *_boxes(selection.get("box", []))]
    _keep(list(zip(drawn[-1]["x"], drawn[-1]["y"], strict=True)) if drawn else [], extent)


def choose_by_numbers(line: Line, extent: float) -> None:
    """Two sliders that set a rectangle: what the keyboard has in place of a lasso."""
    low, high = -extent * 1.02, extent * 1.02
    for key, axis, label in zip(_SLIDERS, (0, 1), ("First component", "Second component"), strict=True):
        values = [corner[axis] for corner in line] or [low, high]
        st.session_state[key] = (max(low, min(values)), min(high, max(values)))
        st.slider(label, low, high, step=extent / 200, format="%.3f", key=key, on_change=_take_sliders, args=(extent,))
    if line:
        st.button("No area", icon=":material/deselect:", on_click=_keep, args=([], extent))


def _take_sliders(extent: float) -> None:
    (left, right), (bottom, top) = (st.session_state[key] for key in _SLIDERS)
    _keep([(left, bottom), (right, bottom), (right, top), (left, top)], extent)


def _boxes(boxes: Sequence[dict[str, Any]]) -> list[dict[str, list[float]]]:
    """Rectangles, given by two corners, as lines of four."""
    return [
        {"x": [x1, x2, x2, x1], "y": [y1, y1, y2, y2]} for (x1, x2), (y1, y2) in ((box["x"], box["y"]) for box in boxes)
    ]


def _keep(line: Line, extent: float) -> None:
    step = -(-len(line) // _CORNERS) or 1
    corners = [f"{round(x / extent * _PARTS)},{round(y / extent * _PARTS)}" for x, y in line[::step]]
    if len(corners) < 3:
        st.query_params.pop(AREA, None)
    else:
        st.query_params[AREA] = "_".join(corners)
    for name in ("image", "page"):
        st.query_params.pop(name, None)
