"""Where the reproduction deviates from the paper, as a table with sources."""

from __future__ import annotations

import streamlit as st

from mammo.config import settings
from mammo.paper.deviations import deviations
from mammo.paper.protocols import CLEAN_MEANS
from mammo.ui import cache, paper_plan
from mammo.ui.paper_choice import PaperChoice
from mammo.ui.paper_table import Cell, Head, show_table
from mammo.ui.plain_text import plain


def show_deviations(choice: PaperChoice) -> None:
    """The deviations of what is shown above, its own first; then what is clean about the clean protocol."""
    found = choice.reproduction
    options = found.options if found is not None else paper_plan.chosen_options(settings().weights_dir)
    record = cache.store().data_sets.get(choice.data_set)
    images = sum(record.classes[record.label_policy].values())
    st.header("Deviations from the paper", anchor=False)
    show_table(
        "What the paper says or shows, and what is done here",
        [Head("What"), Head("Paper"), Head("Here"), Head("Source")],
        [[Cell(one.what), Cell(one.paper), Cell(one.here), Cell(one.source)] for one in deviations(options, images)],
    )
    st.header("What is clean about the clean protocol", anchor=False)
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in CLEAN_MEANS))
