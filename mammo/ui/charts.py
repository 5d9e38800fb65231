"""Plotly figures from plain values, in the colors of the page."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go
import streamlit as st

from mammo.evaluation.intervals import Interval
from mammo.ui.theme import Theme

_ROW_PX = 48  # height of a score's row


def show(figure: go.Figure, *, alt: str, key: str) -> None:
    """Draw a figure over the whole width, without Streamlit's own template and without a tool bar."""
    st.plotly_chart(figure, theme=None, key=key, alt=alt, config={"displayModeBar": False})


def template(theme: Theme) -> go.layout.Template:
    """What all figures share."""
    axis = {
        "gridcolor": theme.line,
        "linecolor": theme.line,
        "zeroline": False,
        "automargin": True,
        "ticks": "",
        "tickfont": {"color": theme.muted, "size": 12},
        "title": {"font": {"color": theme.muted, "size": 12}, "standoff": 8},
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": "Source Sans, sans-serif", "size": 13, "color": theme.text},
            "margin": {"l": 48, "r": 12, "t": 8, "b": 40},
            "xaxis": axis,
            "yaxis": axis,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": theme.panel,
                "bordercolor": theme.line,
                "font": {"color": theme.text, "size": 13},
            },
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
            "transition": {"duration": 0},
        }
    )


def score_figure(scores: Mapping[str, Interval], theme: Theme) -> go.Figure:
    """Dots with intervals on one axis from 0 to 1, a row for each label; undefined scores have no dot."""
    figure = go.Figure(layout={"template": template(theme), "height": _ROW_PX * len(scores) + 44, "showlegend": False})
    for row, (label, score) in enumerate(scores.items()):
        _add_line(figure, row, (0, 1), {"color": theme.line, "width": 1})
        if score.low is not None and score.high is not None:
            _add_line(figure, row, (score.low, score.high), {"color": theme.accent, "width": 3})
        _add_words(figure, row, label, str(score))
    figure.add_scatter(
        x=[score.value for score in scores.values()],
        y=list(range(len(scores))),
        mode="markers",
        marker={"size": 12, "color": theme.accent},
        text=[f"{label}: {score}" for label, score in scores.items()],
        hovertemplate="%{text}<extra></extra>",
    )
    figure.update_xaxes(range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=False, fixedrange=True)
    figure.update_yaxes(range=[len(scores) - 0.5, -0.7], visible=False, fixedrange=True)
    return figure.update_layout(margin={"l": 8, "r": 8, "t": 4, "b": 28})


def _add_line(figure: go.Figure, row: int, ends: tuple[float, float], line: dict[str, object]) -> None:
    figure.add_shape(type="line", x0=ends[0], x1=ends[1], y0=row, y1=row, line=line, layer="below")


def _add_words(figure: go.Figure, row: int, left: str, right: str) -> None:
    """Above a row's line; placed by the paper's width, for words beside the axis are cut off."""
    for x, anchor, words in ((0, "left", left), (1, "right", right)):
        figure.add_annotation(text=words, xref="paper", x=x, xanchor=anchor, y=row - 0.34, showarrow=False)
