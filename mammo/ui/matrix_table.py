"""A confusion matrix as a table that a screen reader can read too."""

from __future__ import annotations

import math
from html import escape

import streamlit as st

from mammo.evaluation.confusion import ConfusionMatrix
from mammo.ui import numbers, theme


def show_matrix(matrix: ConfusionMatrix, caption: str) -> None:
    """Counts with the share of each true class; cells have the more color the larger the share."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in matrix.class_names)
    rows = "".join(_row(matrix, true) for true in range(len(matrix.class_names)))
    st.html(
        f'<div class="matrix"><table><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">it is \\ called</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(matrix: ConfusionMatrix, true: int) -> str:
    cells = "".join(_cell(matrix, true, called) for called in range(len(matrix.class_names)))
    return f'<tr><th scope="row">{escape(matrix.class_names[true])}</th>{cells}</tr>'


def _cell(matrix: ConfusionMatrix, true: int, called: int) -> str:
    share = float(matrix.row_rates[true, called])
    colors = theme.current()
    full = colors.cell_right if true == called else colors.cell_wrong
    words = "n/a" if math.isnan(share) else numbers.percent(share)
    weight = 0 if math.isnan(share) else round(100 * share)
    count = numbers.count(int(matrix.counts[true, called]))
    ground = f"color-mix(in srgb, {full} {weight}%, {colors.panel})"
    return f'<td style="background:{ground}"><b>{count}</b><br><small>{words}</small></td>'
