"""Films in different parts of a split that only look alike: sought by a job, since every film must be read."""

from __future__ import annotations

import streamlit as st

from mammo.store import DataSetRecord, JobFilter, JobRecord, JobState, NewJob
from mammo.ui import cache, job_table, numbers, people
from mammo.ui.plain_text import plain
from mammo.ui.tables import table_of_lines

KIND = "likeness"
_REMEMBERED = 100  # searches among which one of this data set and split is sought
_REDRAWN_SECONDS = 2.0


def show_likeness(record: DataSetRecord, split: str) -> None:
    """What the latest search found, how far it is, or the way to start one."""
    job = _latest(record, split)
    if job is not None and job.state in job_table.ACTIVE:
        st.fragment(_follow, run_every=_REDRAWN_SECONDS)(job.id)
    elif job is not None and job.state == JobState.SUCCEEDED:
        _show_found(job)
    else:
        if job is not None and job.failure:
            st.error(plain(job.failure), icon=":material/block:")
        st.button(
            "Seek films that look alike",
            icon=":material/image_search:",
            help="Re-encoded, resized or brightened copies of one film in different parts. Every film is read.",
            on_click=_submit,
            args=(record, split),
        )


def _latest(record: DataSetRecord, split: str) -> JobRecord | None:
    """The latest search in the data set as it is now."""
    wanted = (record.name, split, record.fingerprint)
    jobs = cache.store().jobs.list(JobFilter(kind=KIND, limit=_REMEMBERED))
    return next((job for job in jobs if (job.data_set, job.split, job.data_set_fingerprint) == wanted), None)


def _submit(record: DataSetRecord, split: str) -> None:
    cache.store().jobs.submit(NewJob(KIND, {}, people.current_person(), record.name, split))


def _follow(job_id: int) -> None:
    job = cache.store().jobs.get(job_id)
    if job.is_finished:
        st.rerun()
    st.progress(min(max(job.progress, 0.0), 1.0), text=plain(job.note or f"The search is {job.state.value}."))


def _show_found(job: JobRecord) -> None:
    result = dict(job.result or {})
    found, pairs = int(result.get("pairs_found", 0)), result.get("pairs", [])
    if not found:
        st.markdown(":material/check: No films in different parts look alike.")
        return
    told = numbers.counted(found, "pair of films that look alike", "pairs of films that look alike")
    st.markdown(f":orange[:material/warning:] {told} in different parts. Compare them.")
    table = table_of_lines(pairs, ("Film", "Looks like"))
    st.dataframe(table, hide_index=True, lazy=False, alt="Pairs of films", height=180)
