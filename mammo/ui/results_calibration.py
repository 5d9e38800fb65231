"""Can the probabilities be taken for chances? Reliability before and after temperature scaling."""

from __future__ import annotations

import streamlit as st

from mammo.evaluation.calibration import Calibration, calibration, top_answers
from mammo.evaluation.questions import BinaryScores
from mammo.ui import charts, curve_charts, theme
from mammo.ui.job_answers import JobAnswers
from mammo.ui.scaled_answers import scaled_answers


def show_calibration(answers: JobAnswers, validation: JobAnswers | None) -> None:
    """The reliability of the answers given, and of those scaled by what other women teach."""
    before = _calibration(answers.key, "as trained", top_answers(answers.predictions))
    found = scaled_answers(answers, validation)
    after = None if found is None else _calibration(answers.key, "scaled", top_answers(found.predictions))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        charts.show(
            curve_charts.reliability_figure(before, after, theme.current()),
            alt=f"Reliability of the answers. {before}",
            key="results.reliability",
        )
    with right:
        st.markdown("How sure the model says it is of its answer, and how often that answer is right.")
        st.markdown(f"**As trained.** {before}")
        st.caption(f"Brier score {before.brier}, log loss {before.log_loss}")
        if after is None or found is None:
            st.info("Without validation images no temperature can be fitted.", icon=":material/thermostat:")
        else:
            st.markdown(f"**Scaled.** {found.words} On test: {after}")
            st.caption(f"Brier score {after.brier}, log loss {after.log_loss}. Scaling changes no image's class.")


@st.cache_data(max_entries=64, show_spinner="Reckoning with chance")
def _calibration(key: str, variant: str, _scores: BinaryScores) -> Calibration:  # noqa: ARG001 - name the scores
    return calibration(_scores)
