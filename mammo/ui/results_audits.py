"""What a training's scores may owe to something else than the breast: leakage, the background, the scanner."""

from __future__ import annotations

import streamlit as st

from mammo.store import JobRecord
from mammo.ui.job_answers import JobAnswers
from mammo.ui.results_background import show_background
from mammo.ui.results_scanner import show_scanner
from mammo.ui.results_twin import show_twin


def show_job_audits(job: JobRecord, answers: JobAnswers) -> None:
    """Three audits of one training, each with its question."""
    st.header("Leakage twin", anchor=False)
    show_twin(job)
    st.header("Background control", anchor=False)
    show_background(job)
    st.header("Within scanner", anchor=False)
    show_scanner(answers)
