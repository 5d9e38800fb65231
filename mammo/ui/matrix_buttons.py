"""A confusion matrix whose cells are buttons: a click, or Tab and Enter, opens the images of a cell."""

from __future__ import annotations

import math

import streamlit as st

from mammo.evaluation.confusion import ConfusionMatrix
from mammo.ui import numbers, theme
from mammo.ui.plain_text import plain

TRUE, CALLED = "true", "called"  # names in the address


def choose_cell(matrix: ConfusionMatrix) -> tuple[int, int] | None:
    """Show the matrix; return the cell that the address names, as (true, called) indices; None if it names none."""
    names = matrix.class_names
    chosen = _asked(names)
    st.html(f"<style>{''.join(_style(matrix, true, called, chosen) for true, called in _cells(names))}</style>")
    columns = [1.1, *([1] * len(names))]
    head = st.columns(columns, gap="xxsmall")
    head[0].caption("it is \\ called")
    for place, name in zip(head[1:], names, strict=True):
        place.caption(plain(name))
    for true, name in enumerate(names):
        row = st.columns(columns, gap="xxsmall", vertical_alignment="center")
        row[0].caption(plain(name))
        for called, place in enumerate(row[1:]):
            count, share = int(matrix.counts[true, called]), float(matrix.row_rates[true, called])
            words = "n/a" if math.isnan(share) else numbers.percent(share)
            place.button(
                f"**{numbers.count(count)}**  \n{words}",
                key=f"cell-{true}-{called}",
                help=plain(f"{count} images: {name}, called {names[called]}"),
                width="stretch",
                on_click=_choose,
                args=(name, names[called]),
            )
    return chosen


def _choose(true: str, called: str) -> None:
    st.query_params[TRUE], st.query_params[CALLED] = true, called
    st.query_params.pop("image", None)
    st.query_params.pop("page", None)


def _asked(names: tuple[str, ...]) -> tuple[int, int] | None:
    true, called = st.query_params.get(TRUE), st.query_params.get(CALLED)
    return (names.index(true), names.index(called)) if true in names and called in names else None


def _cells(names: tuple[str, ...]) -> list[tuple[int, int]]:
    return [(true, called) for true in range(len(names)) for called in range(len(names))]


def _style(matrix: ConfusionMatrix, true: int, called: int, chosen: tuple[int, int] | None) -> str:
    colors = theme.current()
    share = float(matrix.row_rates[true, called])
    weight = 0 if math.isnan(share) else round(100 * share)
    full = colors.cell_right if true == called else colors.cell_wrong
    ring = "outline:2px solid currentColor;outline-offset:1px;" if chosen == (true, called) else ""
    ground = f"color-mix(in srgb, {full} {weight}%, {colors.panel})"
    return f".st-key-cell-{true}-{called} button{{background:{ground};min-height:3.4rem;{ring}}}"
