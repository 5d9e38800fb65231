"""A confusion matrix as a table that a screen reader can read too."""

from __future__ import annotations

import math
from html import escape

import streamlit as st

from mammo.evaluation.confusion import ConfusionMatrix
from mammo.evaluation.intervals import Values
from mammo.ui import numbers, theme


def show_matrix(matrix: ConfusionMatrix, caption: str, *, of_called: bool = False) -> None:
    """Counts with the share of each true class, or of each called one; the larger the share, the more color."""
    shares = matrix.column_rates if of_called else matrix.row_rates
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in matrix.class_names)
    rows = "".join(_row(matrix, shares, true) for true in range(len(matrix.class_names)))
    st.html(
        f'<div class="matrix"><table><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">it is \\ called</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(matrix: ConfusionMatrix, shares: Values, true: int) -> str:
    cells = "".join(_cell(matrix, shares, true, called) for called in range(len(matrix.class_names)))
    return f'<tr><th scope="row">{escape(matrix.class_names[true])}</th>{cells}</tr>'


def _cell(matrix: ConfusionMatrix, shares: Values, true: int, called: int) -> str:
    share = float(shares[true, called])
    colors = theme.current()
    full = colors.cell_right if true == called else colors.cell_wrong
    words = "n/a" if math.isnan(share) else numbers.percent(share)
    weight = 0 if math.isnan(share) else round(100 * share)
    count = numbers.count(int(matrix.counts[true, called]))
    ground = f"color-mix(in srgb, {full} {weight}%, {colors.panel})"
    return f'<td style="background:{ground}"><b>{count}</b><br><small>{words}</small></td>'
