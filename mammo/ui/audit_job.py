"""An audit that takes a job: the way to start it, how far it is, why it failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from mammo.store import JobRecord, JobState, NewJob
from mammo.ui import cache, job_table
from mammo.ui.plain_text import plain

_REDRAWN_SECONDS = 2.0


@dataclass(frozen=True)
class AuditOffer:
    """What a person presses, and what is submitted then."""

    label: str
    icon: str
    help: str
    job: Callable[[], NewJob]


def succeeded_job(latest: JobRecord | None, offer: AuditOffer) -> JobRecord | None:
    """The latest job of an audit if it has succeeded; else how far it is, or the way to start one, is shown."""
    if latest is not None and latest.state == JobState.SUCCEEDED:
        return latest
    if latest is not None and not latest.is_finished:
        is_active = latest.state in job_table.ACTIVE
        st.fragment(_follow, run_every=_REDRAWN_SECONDS if is_active else None)(latest.id)
        return None
    if latest is not None and latest.failure:
        st.error(plain(f"{latest.failure} {latest.advice or ''}"), icon=":material/block:")
    st.button(offer.label, icon=offer.icon, help=offer.help, on_click=_submit, args=(offer,))
    return None


def _submit(offer: AuditOffer) -> None:
    cache.store().jobs.submit(offer.job())


def _follow(job_id: int) -> None:
    job = cache.store().jobs.get(job_id)
    if job.is_finished:
        st.rerun()
    state = f"Job {job.id} is {job.state.value}"
    told = job.note if job.state == JobState.RUNNING and job.note else f"{state}: {job.reason}" if job.reason else state
    st.progress(min(max(job.progress, 0.0), 1.0), text=plain(told))
    st.page_link("pages/training.py", label="Watch it", query_params={"job": str(job.id)})
