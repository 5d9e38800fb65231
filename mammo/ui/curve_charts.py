"""Curves of a test: ROC, precision and recall, reliability, net benefit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mammo.evaluation.bands import Band
from mammo.evaluation.calibration import Calibration, ReliabilityBin
from mammo.evaluation.decision_curve import DecisionCurve
from mammo.evaluation.intervals import Values
from mammo.ui.charts import template
from mammo.ui.theme import Theme

_HEIGHT_PX = 360


def roc_figure(band: Band, theme: Theme) -> go.Figure:
    """Sensitivity over the rate of false positives, with its band and the diagonal of chance."""
    figure = _square(theme, "1 - specificity", "sensitivity")
    _add_band(figure, band.x, band.low, band.high, theme)
    _add_line(figure, [0, 1], [0, 1], "chance", {"color": theme.muted, "width": 1, "dash": "dot"})
    return _add_line(figure, band.x, band.y, "model", {"color": theme.accent, "width": 2.5})


def precision_recall_figure(band: Band, prevalence: float, theme: Theme) -> go.Figure:
    """Precision over recall, with its band and the level of chance."""
    figure = _square(theme, "recall (sensitivity)", "precision (PPV)")
    _add_band(figure, band.x, band.low, band.high, theme)
    _add_line(figure, [0, 1], [prevalence] * 2, "chance", {"color": theme.muted, "width": 1, "dash": "dot"})
    return _add_line(figure, band.x, band.y, "model", {"color": theme.accent, "width": 2.5})


def reliability_figure(before: Calibration, after: Calibration | None, theme: Theme) -> go.Figure:
    """Share of positives over the mean probability of each bin, with intervals; ``after`` scaling, if there was one."""
    figure = _square(theme, "what the model says", "what is so")
    _add_line(figure, [0, 1], [0, 1], "perfect", {"color": theme.muted, "width": 1, "dash": "dot"})
    for found, name, color, symbol in (
        (before, "as trained", theme.muted, "circle"),
        (after, "scaled", theme.accent, "diamond"),
    ):
        if found is None:
            continue
        bins = [one for one in found.bins if one.share.value is not None]
        figure.add_scatter(
            x=[one.mean_probability for one in bins],
            y=[one.share.value for one in bins],
            error_y=_error_bars(bins, color),
            mode="lines+markers",
            name=name,
            line={"color": color, "width": 2},
            marker={"size": 8, "symbol": symbol},
            text=[f"{one.n} images of {one.women} women" for one in bins],
            hovertemplate="%{x:.2f} said, %{y:.2f} so; %{text}<extra></extra>",
        )
    return figure


def net_benefit_figure(curve: DecisionCurve, theme: Theme) -> go.Figure:
    """Net benefit over the threshold at which one would act, beside acting on all and on none."""
    figure = go.Figure(layout={"template": template(theme), "height": _HEIGHT_PX})
    _add_band(figure, curve.thresholds, curve.low, curve.high, theme)
    dashed = {"color": theme.muted, "width": 1.5, "dash": "dash"}
    _add_line(figure, curve.thresholds, curve.treat_all, "all called", dashed)
    none = [0.0] * len(curve.thresholds)
    _add_line(figure, curve.thresholds, none, "none called", {"color": theme.muted, "width": 1, "dash": "dot"})
    _add_line(figure, curve.thresholds, curve.net_benefit, "model", {"color": theme.accent, "width": 2.5})
    figure.update_xaxes(title="chance of disease at which one would act", tickformat=".0%", fixedrange=True)
    least = min(0.0, float(curve.net_benefit.min()))
    most = max(float(np.nanmax([*curve.net_benefit, *curve.treat_all, *curve.high])), 1e-6)
    return figure.update_yaxes(title="net benefit", range=[max(least, -most) * 1.1, most * 1.1], fixedrange=True)


def _error_bars(bins: Sequence[ReliabilityBin], color: str) -> dict[str, object]:
    """Plotly's way of saying low and high of each bin; none where an interval is missing."""
    ends = [(one.share.value or 0.0, one.share.low, one.share.high) for one in bins]
    return {
        "type": "data",
        "symmetric": False,
        "array": [0.0 if high is None else high - value for value, _, high in ends],
        "arrayminus": [0.0 if low is None else value - low for value, low, _ in ends],
        "color": color,
        "thickness": 1,
    }


def _square(theme: Theme, x: str, y: str) -> go.Figure:
    figure = go.Figure(layout={"template": template(theme), "height": _HEIGHT_PX})
    figure.update_xaxes(title=x, range=[-0.01, 1.01], fixedrange=True)
    return figure.update_yaxes(title=y, range=[-0.01, 1.01], fixedrange=True)


def _add_band(figure: go.Figure, x: Values, low: Values, high: Values, theme: Theme) -> None:
    figure.add_scatter(x=x, y=low, mode="lines", line={"width": 0}, hoverinfo="skip", showlegend=False)
    red, green, blue = (int(theme.accent[place : place + 2], 16) for place in (1, 3, 5))
    figure.add_scatter(
        x=x,
        y=high,
        mode="lines",
        line={"width": 0},
        fill="tonexty",
        fillcolor=f"rgba({red},{green},{blue},0.22)",
        name="95 % band",
        hoverinfo="skip",
    )


def _add_line(figure: go.Figure, x: object, y: object, name: str, line: dict[str, object]) -> go.Figure:
    return figure.add_scatter(
        x=x, y=y, mode="lines", name=name, line=line, hovertemplate="%{x:.2f}, %{y:.2f}<extra>" + name + "</extra>"
    )
