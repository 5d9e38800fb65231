"""A confusion matrix whose cells are buttons: a click, or Tab and Enter, opens the images of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from mammo.evaluation.confusion import ConfusionMatrix
from mammo.evaluation.intervals import Interval
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.shares import cell_shares
from mammo.ui import numbers, theme
from mammo.ui.plain_text import plain

TRUE, CALLED, LIST = "true", "called", "list"  # names in the address
Shares = Literal["true", "called"]
SHARES: dict[str, str] = {"true": "Its true class", "called": "Its called class"}


def choose_cell(called: Predictions, shares: Shares = "true", many: str = "images") -> tuple[int, int] | None:
    """Show the matrix; return the cell that the address names, as (true, called) indices; None if it names none.

    Args:
        called: What is counted.
        shares: Of which class the share in each cell is; its interval knows whose images they are.
        many: What is counted, in words.
    """
    names = called.class_names
    chosen = _asked(names)
    rates = cell_shares(called, of_called=shares == "called")
    st.html(f"<style>{''.join(_style(rates[cell[0]][cell[1]], cell, chosen) for cell in _cells(names))}</style>")
    with st.container(key="cells", gap="xxsmall"):
        _show_cells(ConfusionMatrix.from_labels(called.truth, called.predicted, names), rates, many)
    return chosen


def _show_cells(matrix: ConfusionMatrix, rates: Sequence[Sequence[Interval]], many: str) -> None:
    names = matrix.class_names
    columns = [1.1, *([1] * len(names))]
    head = st.columns(columns, gap="xxsmall", wrap=False)
    head[0].caption("it is \\ called")
    for place, name in zip(head[1:], names, strict=True):
        place.caption(plain(name))
    for true, name in enumerate(names):
        row = st.columns(columns, gap="xxsmall", vertical_alignment="center", wrap=False)
        row[0].caption(plain(name))
        for called, place in enumerate(row[1:]):
            count = int(matrix.counts[true, called])
            place.button(
                f"**{numbers.count(count)}**  \n{_in_words(rates[true][called])}",
                key=f"cell-{true}-{called}",
                help=plain(f"{count} {many}: {name}, called {names[called]}. Share {rates[true][called]}"),
                width="stretch",
                on_click=_choose,
                args=(name, names[called]),
            )


def _in_words(share: Interval) -> str:
    """The share, and below it the ends of its interval, all in percent."""
    if share.value is None:
        return "n/a"
    if share.low is None or share.high is None:
        return numbers.percent(share.value)
    return f"{numbers.percent(share.value)}  \n:small[{100 * share.low:.0f} to {100 * share.high:.0f}]"


def _choose(true: str, called: str) -> None:
    st.query_params[TRUE], st.query_params[CALLED] = true, called
    for name in ("image", "page", LIST):
        st.query_params.pop(name, None)


def _asked(names: tuple[str, ...]) -> tuple[int, int] | None:
    true, called = st.query_params.get(TRUE), st.query_params.get(CALLED)
    return (names.index(true), names.index(called)) if true in names and called in names else None


def _cells(names: tuple[str, ...]) -> list[tuple[int, int]]:
    return [(true, called) for true in range(len(names)) for called in range(len(names))]


def _style(share: Interval, cell: tuple[int, int], chosen: tuple[int, int] | None) -> str:
    colors, (true, called) = theme.current(), cell
    weight = round(100 * (share.value or 0))
    full = colors.cell_right if true == called else colors.cell_wrong
    ring = "outline:2px solid currentColor;outline-offset:-2px;" if chosen == cell else ""
    ground = f"color-mix(in srgb, {full} {weight}%, {colors.panel})"
    return f".st-key-cell-{true}-{called} button{{background:{ground};min-height:3.4rem;{ring}}}"
