"""Imports while they happen: what is waiting, how far each one is, why one failed."""

from __future__ import annotations

import streamlit as st

from mammo.errors import NotFoundError
from mammo.store import JobFilter, JobRecord, JobState
from mammo.ui import cache, data_set_filters, numbers, people
from mammo.ui.data_set_import import IMPORT_KINDS, JOB
from mammo.ui.job_table import ACTIVE
from mammo.ui.kept_choice import choose_next
from mammo.ui.plain_text import plain

_REDRAWN_SECONDS = 1.0
_LONGEST_NUMBER = 12  # digits of a job's number


def show_imports() -> None:
    """The imports in hand, and the one that the address names until it is put away."""
    active = _active()
    followed = _followed()
    jobs = [*active, *([followed] if followed and followed.id not in {job.id for job in active} else [])]
    for job in jobs:
        if not job.is_finished:
            st.fragment(_follow, run_every=_REDRAWN_SECONDS)(job.id)
        elif job.state == JobState.SUCCEEDED:
            _show_success(job)
        else:
            _show_failure(job)


def _active() -> list[JobRecord]:
    return [job for job in cache.store().jobs.list(JobFilter(states=ACTIVE, in_brief=True)) if job.kind in IMPORT_KINDS]


def _followed() -> JobRecord | None:
    """The import that the address names; what else stands there is told, and shown to no one."""
    asked = st.query_params.get(JOB)
    if asked is None:
        return None
    try:
        job = cache.store().jobs.get(int(asked)) if asked.isdecimal() and len(asked) <= _LONGEST_NUMBER else None
    except NotFoundError:
        job = None
    if job is None or job.kind not in IMPORT_KINDS:
        st.info("This server knows no import of that number.", icon=":material/info:")
        return None
    return job


def _follow(job_id: int) -> None:
    job = cache.store().jobs.get(job_id)
    if job.is_finished:
        _go_to(job)
        st.rerun()
    name = plain(str(job.config.get("name", "")))
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        text = f"**{name}** · {plain(job.note or _waiting(job))}"
        st.progress(min(max(job.progress, 0.0), 1.0), text=text)
        if st.button("Cancel", key=f"import.cancel.{job_id}", icon=":material/cancel:", type="tertiary"):
            cache.store().jobs.cancel(job_id, by=people.current_person())
            st.rerun()


def _go_to(job: JobRecord) -> None:
    """Show the data set that has come in while the person was waiting for it."""
    if job.state == JobState.SUCCEEDED and job.result:
        choose_next(str(job.result["data_set"]), key=data_set_filters.DATA_SET)


def _waiting(job: JobRecord) -> str:
    if job.state == JobState.QUEUED:
        return "waits for a worker (`make run` starts one; on a server: `python -m mammo worker`)"
    return job.state.value


def _show_success(job: JobRecord) -> None:
    result = dict(job.result or {})
    refused = result.get("refused", [])
    counts = (
        numbers.counted(int(result.get("images", 0)), "image"),
        f"of {numbers.counted(int(result.get('patients', 0)), 'woman', 'women')}",
    )
    told = f"{numbers.counted(len(refused), 'file')} refused, listed below" if refused else "no file refused"
    name = plain(str(result.get("data_set", "")))
    st.success(f"**{name}** is here: {' '.join(counts)}, {told}.", icon=":material/check:")
    _put_away()


def _show_failure(job: JobRecord) -> None:
    name = plain(str(job.config.get("name", "")))
    if job.state == JobState.FAILED:
        sentence = " ".join(plain(part) for part in (job.failure, job.advice) if part)
        st.error(f"**{name}** was not added. {sentence}", icon=":material/block:")
    else:
        st.info(f"**{name}**: the import is {job.state.value}. {plain(job.reason or '')}", icon=":material/info:")
    _put_away()


def _put_away() -> None:
    st.button("Close", key="import.close", icon=":material/close:", type="tertiary", on_click=_forget)


def _forget() -> None:
    st.query_params.pop(JOB, None)
