"""A brought ZIP is judged as a job: it goes on while the page is closed, and leaves tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mammo.config import settings
from mammo.errors import MammoError
from mammo.jobs.batch import CSV, HTML, KIND, BatchRequest
from mammo.jobs.uploads import keep_upload
from mammo.store import JobRecord, JobState, NewJob
from mammo.ui import cache, job_table, people
from mammo.ui.plain_text import plain

BATCH = "batch"  # in the address
_REDRAWN_SECONDS = 2.0


def offer_batches(job: JobRecord, archives: Sequence[UploadedFile]) -> None:
    """A button for each ZIP that was brought."""
    for number, archive in enumerate(archives, start=1):
        name = "The ZIP" if len(archives) == 1 else f"ZIP {number}"
        with st.container(border=True):
            st.markdown(
                f"{name} is judged as a job of its own: it goes on when you leave, and each file is judged once."
            )
            st.button(
                "Judge all of it",
                icon=":material/playlist_play:",
                type="primary",
                key=f"batch.{archive.file_id}",
                on_click=_submit,
                args=(job, archive),
            )


def show_batch() -> None:
    """How far the batch is that the address names, and its tables in the end."""
    asked = st.query_params.get(BATCH, "")
    try:
        batch = cache.store().jobs.get(int(asked)) if asked.isascii() and asked.isdecimal() else None
    except (MammoError, OverflowError):
        batch = None
    if batch is None or batch.kind != KIND:
        if asked:
            st.warning("The address names no batch of this server.")
        return
    with st.container(border=True):
        if batch.is_finished:
            _show_result(batch)
        else:
            st.fragment(_follow, run_every=_REDRAWN_SECONDS)(batch.id)


def _submit(job: JobRecord, archive: UploadedFile) -> None:
    try:
        path = keep_upload(settings(), archive, "upload")
        new = NewJob(KIND, BatchRequest(job.id, path).to_dict(), people.current_person())
        submitted = cache.store().jobs.submit(new)
    except MammoError as error:
        st.session_state["batch.error"] = str(error)
        return
    st.query_params[BATCH] = str(submitted.id)


def _follow(number: int) -> None:
    batch = cache.store().jobs.get(number)
    if batch.is_finished:
        st.rerun()
    waiting = batch.state not in job_table.ACTIVE
    told = f"Job {batch.id} waits for a worker" if waiting else f"Job {batch.id}: {batch.note or 'starting'}"
    st.progress(min(max(batch.progress, 0.0), 1.0), text=plain(told))
    st.button("Cancel", icon=":material/cancel:", key="batch.cancel", on_click=_cancel, args=(number,))


def _cancel(number: int) -> None:
    cache.store().jobs.cancel(number, by=people.current_person())


def _show_result(batch: JobRecord) -> None:
    if batch.state != JobState.SUCCEEDED:
        st.error(plain(f"Job {batch.id} has {batch.state}. {batch.failure or ''}"), icon=":material/block:")
        return
    result = batch.result or {}
    counts = ", ".join(f"{count} {label}" for label, count in result.get("labels", {}).items())
    st.markdown(
        plain(f"Job {batch.id}: {result.get('answered', 0)} of {result.get('files', 0)} files answered: {counts}.")
    )
    refused = result.get("refused", [])
    if refused:
        with st.expander(f"Refused ({len(refused)})"):
            st.markdown("\n".join(f"- {plain(one['file'])}: {plain(one['reason'])}" for one in refused))
    folder = settings().job_dir(batch.id)
    with st.container(horizontal=True, gap="small"):
        for label, name, kind in (("Table (CSV)", CSV, "text/csv"), ("Table (HTML)", HTML, "text/html")):
            st.download_button(
                label,
                partial(_content, folder / name),
                name,
                kind,
                icon=":material/download:",
                on_click="ignore",
            )


def _content(path: Path) -> bytes:
    return path.read_bytes()
