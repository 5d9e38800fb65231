"""How many images of each class are in each part of a split."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from mammo.store import DataSetRecord, PartBalance
from mammo.ui import cache, charts, data_set_tiles, numbers, theme

_ROW_PX = 44


def show_balance(record: DataSetRecord, split: str | None) -> None:
    """Class balance of the whole data set and, with a split, of its parts."""
    st.html(data_set_tiles.balance_bar(record.classes[record.label_policy]))
    if split is None:
        st.caption("No split yet. Make one below: without it nothing can be trained or tested.")
        return
    policy = cache.store().splits.get(record.name, split).policy
    balance = cache.store().images.balance(record.name, split, policy)
    charts.show(balance_figure(balance, theme.current()), alt=_in_words(balance), key="data_sets.balance")
    st.caption(" · ".join(_size(one) for one in balance))


def balance_figure(balance: Sequence[PartBalance], colors: theme.Theme) -> go.Figure:
    """A bar for each part, divided into shares of the classes; the counts stand in it. The bar above is the legend."""
    names = list(balance[0].classes)
    styles = colors.class_styles(names)
    figure = go.Figure(
        layout={"template": charts.template(colors), "height": _ROW_PX * len(balance) + 8, "showlegend": False}
    )
    for name in names:
        images = [one.classes[name].images for one in balance]
        totals = [max(1, sum(counts.images for counts in one.classes.values())) for one in balance]
        figure.add_bar(
            y=[one.part for one in balance],
            x=[count / total for count, total in zip(images, totals, strict=True)],
            name=name,
            orientation="h",
            text=[numbers.count(count) if count else "" for count in images],
            textposition="inside",
            insidetextanchor="middle",
            marker={"color": styles[name].color, "line": {"width": 2, "color": colors.background}},
            customdata=[[name, one.classes[name].images, one.classes[name].patients] for one in balance],
            hovertemplate="%{y}, %{customdata[0]}: %{customdata[1]} images of %{customdata[2]} women<extra></extra>",
        )
    figure.update_layout(barmode="stack", margin={"l": 8, "r": 8, "t": 4, "b": 4}, bargap=0.35)
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True)
    return figure.update_yaxes(autorange="reversed", fixedrange=True, showgrid=False)


def _in_words(balance: Sequence[PartBalance]) -> str:
    parts = (
        f"{one.part}: {', '.join(f'{name} {counts.images}' for name, counts in one.classes.items())}" for one in balance
    )
    return f"Images by class. {'; '.join(parts)}"


def _size(part: PartBalance) -> str:
    images = sum(counts.images for counts in part.classes.values())
    return f"{part.part} {numbers.counted(images, 'image')}"
