"""How much of a lesion stays in the picture, as a figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mammo.ui.charts import template
from mammo.ui.theme import Theme

_BINS = 20


def share_figure(shares: Sequence[float], theme: Theme) -> go.Figure:
    """Bars over the share kept, from none to all of it; bars below one half in the color of attention."""
    counts, edges = np.histogram(shares, bins=_BINS, range=(0, 1))
    centers = (edges[:-1] + edges[1:]) / 2
    colors = [theme.attention if center < 0.5 else theme.accent for center in centers]
    figure = go.Figure(layout={"template": template(theme), "height": 120, "bargap": 0.15, "margin": {"l": 28}})
    figure.add_bar(
        x=centers,
        y=counts,
        marker={"color": colors, "line": {"width": 0}},
        hovertemplate="%{y} draws keep about %{x:.0%}<extra></extra>",
    )
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%", tickvals=[0, 0.5, 1], showgrid=False, fixedrange=True)
    figure.update_yaxes(range=[0, len(shares)], tickvals=[0, len(shares)], fixedrange=True)
    return figure
