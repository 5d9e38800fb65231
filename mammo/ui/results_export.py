"""Everything of an evaluation to take along."""

from __future__ import annotations

import re

import streamlit as st

from mammo.config import settings
from mammo.jobs.exporting import export_facts
from mammo.store import JobRecord
from mammo.ui import cache
from mammo.ui.job_answers import JobAnswers

_KEPT_SECONDS = 60  # checks and audits that end meanwhile belong into the card


def offer_export(job: JobRecord, answers: JobAnswers) -> None:
    """One ZIP; it is made when it is asked for."""
    st.markdown(
        "One ZIP with the predictions, scores and matrix as CSV; the matrix, the curves and the calibration as PNG and "
        "SVG; the scores as LaTeX with intervals and protocol; a model card in Markdown with the items of CLAIM that "
        "are known."
    )
    st.download_button(
        "Download",
        lambda: _bundle(answers.key, job.id),
        f"mammo-job-{job.id}.zip",
        "application/zip",
        icon=":material/download:",
    )
    with st.expander("Model card", icon=":material/description:"):
        headings_below_title = re.sub("^#", "##", _card(answers.key, job.id), flags=re.MULTILINE)
        st.markdown(headings_below_title)


@st.cache_data(max_entries=16, ttl=_KEPT_SECONDS, show_spinner=False)
def _bundle(key: str, job_id: int) -> bytes:  # noqa: ARG001 - names the answers
    from mammo.export.bundle import evaluation_zip  # with matplotlib, which takes a second

    return evaluation_zip(export_facts(cache.store(), job_id, settings().job_dir(job_id)))


@st.cache_data(max_entries=16, ttl=_KEPT_SECONDS, show_spinner=False)
def _card(key: str, job_id: int) -> str:  # noqa: ARG001 - names the answers
    from mammo.export.model_card import model_card

    return model_card(export_facts(cache.store(), job_id, settings().job_dir(job_id)))
