"""ROC and precision-recall curves of a finished training, with bands."""

from __future__ import annotations

import streamlit as st

from mammo.evaluation.bands import Band, precision_recall_band, roc_band
from mammo.evaluation.questions import BinaryScores
from mammo.ui import charts, curve_charts, theme
from mammo.ui.job_answers import JobAnswers
from mammo.ui.question_choice import choose_question


def show_curves(answers: JobAnswers) -> None:
    """Both curves of one question side by side."""
    question, scores = choose_question(answers.predictions)
    roc, precision_recall = _bands(answers.key, question.name, scores)
    label = question.label
    if roc is None or precision_recall is None:
        st.info(f"{label} has no curve: {scores.why_one_sided}.", icon=":material/show_chart:")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**ROC**, area {roc.area}")
        charts.show(
            curve_charts.roc_figure(roc, theme.current()), alt=f"ROC of {label}, area {roc.area}", key="results.roc"
        )
    with right:
        st.markdown(f"**Precision and recall**, average precision {precision_recall.area}")
        prevalence = float(scores.is_positive.mean())
        charts.show(
            curve_charts.precision_recall_figure(precision_recall, prevalence, theme.current()),
            alt=f"Precision and recall of {label}, average precision {precision_recall.area}",
            key="results.pr",
        )
    st.caption(
        "Bands hold the middle 95 % of the curves when women are drawn, place by place. Precision depends on how many "
        f"images are positive: here {100 * prevalence:.0f} %, in screening about 0.5 %."
    )


@st.cache_data(max_entries=64, show_spinner="Drawing women for the bands")
def _bands(key: str, question: str, _scores: BinaryScores) -> tuple[Band | None, Band | None]:  # noqa: ARG001 - names the scores
    return roc_band(_scores), precision_recall_band(_scores)
