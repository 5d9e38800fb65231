"""What a score means and how it is computed, with the counts of what is shown put into its formula."""

from __future__ import annotations

import streamlit as st

from mammo.evaluation.evaluation import Evaluation
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.scores import SCORES
from mammo.evaluation.worked_formulas import worked_formula
from mammo.ui.plain_text import plain

_SIGNS = {"*": "\N{MULTIPLICATION SIGN}", "-": "\N{MINUS SIGN}", "sqrt": "\N{SQUARE ROOT}", "^2": "\N{SUPERSCRIPT TWO}"}


def show_formula(evaluation: Evaluation, called: Predictions) -> None:
    """A button that opens the definition and the arithmetic of one score at a time, of any that there is."""
    with st.popover("How a score is computed", icon=":material/function:", type="tertiary"):
        names = list(evaluation.scores)
        name = st.selectbox("Score", names, format_func=lambda one: SCORES[one].label, key="formula.score")
        score, interval = SCORES[name], evaluation.scores[name]
        st.markdown(plain(score.definition))
        st.caption(plain(f"Formula: {score.formula}"))
        worked = worked_formula(name, called)
        if worked is None:
            st.info(plain(f"{score.label} is not defined here: {interval.reason}."))
            return
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in worked.words))
        st.markdown(f"{_as_written(worked.arithmetic)} = **{worked.value:.2f}**")
        st.caption(plain(f"With its 95 % interval, from drawing women, not images: {interval}."))


def _as_written(arithmetic: str) -> str:
    for typed, written in _SIGNS.items():
        arithmetic = arithmetic.replace(typed, written)
    return plain(arithmetic)
