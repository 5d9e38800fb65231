"""What this server is doing now, and when it will be done."""

from __future__ import annotations

import streamlit as st

from mammo.store import JobFilter, JobRecord
from mammo.ui import cache, job_table, job_times
from mammo.ui.data_set_import import IMPORT_KINDS
from mammo.ui.plain_text import plain

REDRAWN_SECONDS = 2.0
_SHOWN = 4  # jobs in hand; the table has the others


def follow(seen: job_table.Situation) -> None:
    """Jobs in hand above the table of the latest, for a fragment that runs again and again."""
    for job in cache.store().jobs.list(JobFilter(states=job_table.IN_HAND, limit=_SHOWN, in_brief=True)):
        _show(job)
    job_table.follow_jobs(seen)


def _show(job: JobRecord) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        words = (job.note or job.state.value, job_times.promised_end(job))
        told = " · ".join(plain(word) for word in words if word)
        what = plain(f"Job {job.id}, {job_table.what(job)}")
        st.progress(min(max(job.progress, 0.0), 1.0), text=f"**{what}** · {told}")
        page, query = _place(job)
        st.page_link(page, label="Watch", icon=":material/visibility:", query_params=query)


def _place(job: JobRecord) -> tuple[str, dict[str, str]]:
    """The page on which a job is followed, and its query."""
    page = "pages/data_sets.py" if job.kind in IMPORT_KINDS else "pages/training.py"
    return page, {"job": str(job.id)}
