"""The finished trainings that pages offer."""

from __future__ import annotations

import streamlit as st

from mammo.store import JobFilter, JobRecord, JobState
from mammo.ui import cache, job_table, kept_choice

_OFFERED = 100  # the latest so many


def choose_training(*, label: str = "Job") -> JobRecord | None:
    """Let a person choose a finished training, the latest first; ``?job=`` in the address. None if there is none."""
    wanted = JobFilter(kind="training", states={JobState.SUCCEEDED}, limit=_OFFERED, in_brief=True)
    jobs = {str(job.id): in_words(job) for job in cache.store().jobs.list(wanted)}
    if not jobs:
        return None
    asked = st.query_params.get("job")
    if asked is not None and asked not in jobs:
        st.warning("The address names no finished training of this server; the latest is shown.")
    chosen = kept_choice.kept_choice(label, list(jobs), key="job", width=320, in_words=jobs.__getitem__)
    return cache.store().jobs.get(int(chosen))  # whole, with its result


def show_no_training(then: str) -> None:
    """What a page says as long as nothing has been trained: what it will do then, as a clause."""
    st.info(f"No training has finished yet. Once one has, {then}.", icon=":material/info:")
    st.page_link("pages/training.py", label="Start a training", icon=":material/model_training:")


def in_words(job: JobRecord) -> str:
    """A training in a few words."""
    return f"Job {job.id}, {job_table.what(job)}"
