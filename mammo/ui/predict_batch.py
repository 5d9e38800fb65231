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
from mammo.ui import cache, job_table, messages, people
from mammo.ui.address_numbers import number_in
from mammo.ui.plain_text import plain

BATCH = "batch"  # in the address
_REDRAWN_SECONDS = 2.0
_SUBMITTED = "predict.batches"  # in the session: number of the batch, by model and upload


def offer_batches(job: JobRecord, archives: Sequence[UploadedFile]) -> None:
    """A button for each ZIP that was brought, but for the one whose batch is shown."""
    for number, archive in enumerate(archives, start=1):
        if _is_shown(job, archive):
            continue
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
    number = number_in(asked)
    try:
        batch = None if number is None else cache.store().jobs.get(number)
    except MammoError:
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
    with messages.errors_shown():
        path = keep_upload(settings(), archive, "upload")
        new = NewJob(KIND, BatchRequest(job.id, path).to_dict(), people.current_person())
        number = cache.store().jobs.submit(new).id
        st.session_state.setdefault(_SUBMITTED, {})[job.id, archive.file_id] = number
        st.query_params[BATCH] = str(number)


def _is_shown(job: JobRecord, archive: UploadedFile) -> bool:
    """Whether the page shows what becomes of a ZIP; one that failed or was cancelled may be tried again."""
    number = st.session_state.get(_SUBMITTED, {}).get((job.id, archive.file_id))
    if number is None or st.query_params.get(BATCH) != str(number):
        return False
    return cache.store().jobs.get(number).state not in {JobState.FAILED, JobState.CANCELLED}


def _follow(number: int) -> None:
    batch = cache.store().jobs.get(number)
    if batch.is_finished:
        st.rerun()
    st.progress(min(max(batch.progress, 0.0), 1.0), text=plain(f"Job {batch.id} {_in_words(batch)}"))
    st.button("Cancel", icon=":material/cancel:", key="batch.cancel", on_click=_cancel, args=(number,))


def _in_words(batch: JobRecord) -> str:
    if batch.state in job_table.IN_HAND:
        return f"is {batch.state}{f': {batch.note}' if batch.note else ''}"
    return "waits for a worker" if batch.state == JobState.QUEUED else f"is {batch.state}, until somebody resumes it"


def _cancel(number: int) -> None:
    with messages.errors_shown():
        cache.store().jobs.cancel(number, by=people.current_person())


def _show_result(batch: JobRecord) -> None:
    if batch.state != JobState.SUCCEEDED:
        st.error(plain(f"Job {batch.id} has {batch.state}. {batch.failure or ''}"), icon=":material/block:")
        return
    result = batch.result or {}
    counts = ", ".join(f"{count} {label}" for label, count in result.get("labels", {}).items())
    answered = f"{result.get('answered', 0)} of {result.get('files', 0)} files answered"
    st.markdown(plain(f"Job {batch.id}: {answered}{f': {counts}' if counts else ''}."))
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
