"""A published table that a person pastes, decoded: which definition of accuracy its figures fit."""

from __future__ import annotations

import streamlit as st

from mammo.evaluation.decoding import PrintedFigure, PrintedRow, verdict, which_definition_fits
from mammo.evaluation.printed_table import read_printed_table
from mammo.evaluation.published import PAPER_CLASSES, PAPER_DECIMALS, PAPER_TABLE, top1_from_ovr
from mammo.ui import messages
from mammo.ui.paper_table import Cell, Head, show_table
from mammo.ui.plain_text import plain

_EXAMPLE = "\n".join(
    [
        "Model; TPR; Accuracy",
        *(
            f"{row.model} {row.optimizer}; {row.tpr:.{PAPER_DECIMALS}f}; {row.accuracy:.{PAPER_DECIMALS}f}"
            for row in PAPER_TABLE
        ),
    ]
)
_MOST_CLASSES = 20


def show_decoder() -> None:
    """A field to paste a table into, folded away; it holds the paper's own until then."""
    with st.expander("Decode another published table", icon=":material/content_paste_search:"):
        st.markdown(
            "“Accuracy” means different things where there are several classes. Beside the mean sensitivity (TPR, "
            "recall) of the same model, each definition leaves room for few figures; most can be told apart by that."
        )
        text = st.text_area(
            "Table, with the names of its columns in the first line",
            _EXAMPLE,
            height=160,
            help="Tabs, bars, semicolons, commas, LaTeX or spaces between columns; shares or percent. Keep the "
            "decimals as printed: 0.70 says more than 0.7.",
            key="decoder.table",
        )
        classes = st.number_input("Classes", 2, _MOST_CLASSES, PAPER_CLASSES, key="decoder.classes", width=160)
        with messages.errors_shown():
            _show(read_printed_table(text), int(classes))


def _show(rows: tuple[PrintedRow, ...], classes: int) -> None:
    st.markdown(f"**{plain(verdict(rows, classes))}**")
    fits = [which_definition_fits(row, classes) for row in rows]
    show_table(
        "The accuracy that each definition would give for the printed TPR",
        [
            Head("Model"),
            Head("TPR"),
            Head("Accuracy"),
            *(Head(fit.definition.label, "Accuracy would be") for fit in fits[0]),
            Head("Top-1 behind it", "If one-vs-rest"),
        ],
        [
            [
                Cell(row.label),
                Cell(_printed(row.tpr)),
                Cell(_printed(row.accuracy)),
                *(
                    Cell(f"{one.expected_low:.3f} to {one.expected_high:.3f}", below="fits" if one.fits else "does not")
                    for one in fit
                ),
                Cell(_behind(row.accuracy, classes)),
            ]
            for row, fit in zip(rows, fits, strict=True)
        ],
    )
    st.caption(
        "TPR is taken for the share of right answers. That is exact for classes of equal size, and near for sizes "
        "near to each other."
    )


def _printed(figure: PrintedFigure) -> str:
    """With as many decimals as were printed."""
    return f"{figure.value:.{max(0, len(f'{figure.step:.6f}'.rstrip('0')) - 2)}f}"


def _behind(accuracy: PrintedFigure, classes: int) -> str:
    low, high = (top1_from_ovr(accuracy.value + sign * accuracy.step / 2, classes) for sign in (-1, 1))
    return "impossible" if high < 0 else f"{max(low, 0):.3f} to {min(high, 1):.3f}"
