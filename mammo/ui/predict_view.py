"""Uploaded images with what a model says of them."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from mammo.config import settings
from mammo.datasets.view_names import ShownView
from mammo.jobs.lessons import lessons_of_job
from mammo.store import JobRecord
from mammo.training.config import TrainingConfig
from mammo.ui import cache, embeddings_job, explained, messages, nearest_cases, predict_models, previews
from mammo.ui.explained import View
from mammo.ui.opinion_on_upload import ask_about_upload
from mammo.ui.predict_answer import nearest_of, show_explained
from mammo.ui.predict_batch import BATCH, offer_batches, show_batch
from mammo.ui.predict_files import Brought, Judged, brought, judged
from mammo.ui.predict_list import OPEN, show_list
from mammo.ui.predict_report import offer_report

_MOST_FILES = 24
_EXAMPLE = "example"  # in the address
_SYNTHETIC = "Synthetic film"


def show_predictions(job: JobRecord) -> None:
    """The drop zone, and below it one answer or one refusal for each file."""
    if TrainingConfig.of(job.config).region != "none":
        _show_needs_films(job)
        return
    lessons_of_job(cache.store(), settings(), job)
    files = st.file_uploader(
        "Mammograms: PNG, JPEG, TIFF, PGM or DICOM, with or without an extension; or a ZIP of many",
        accept_multiple_files=True,
        help="Files are judged in memory and forgotten when you leave. Names and headers are not kept.",
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        view = explained.choose_view()
        others = predict_models.choose_others(job)
    show_batch()
    if not files:
        if BATCH not in st.query_params:
            _offer_example(job, view, others)
        return
    st.query_params.pop(_EXAMPLE, None)
    pictures, archives = brought(files)
    offer_batches(job, archives)
    if len(pictures) > _MOST_FILES:
        st.error(
            f"{len(pictures)} files are too many at once; bring up to {_MOST_FILES}, or all of them in a ZIP.",
            icon=":material/block:",
        )
        return
    with messages.errors_shown():
        _show_files(job, pictures, view, others)


def _show_files(job: JobRecord, files: list[Brought], view: View, others: Mapping[int, JobRecord]) -> None:
    opened = st.query_params.get(OPEN, "")
    if len(files) > 1 and opened.isascii() and opened.isdecimal() and 0 < int(opened[:4]) <= len(files):
        st.button("All files", icon=":material/arrow_back:", on_click=_close, shortcut="Escape")
        files = [files[int(opened[:4]) - 1]]
    if len(files) == 1:
        _show_one(job, files[0], view, others)
    elif files:
        came = show_list(job, judged(job.id, files, view), view, len(files))
        offer_report(job, came, view)


def _show_one(job: JobRecord, file: Brought, view: View, others: Mapping[int, JobRecord]) -> None:
    """The answer at once; then what takes longer."""
    one = next(judged(job.id, [file], view))
    more = show_explained(job, one, view, others)
    if one.answer is not None and file.shown != _SYNTHETIC:
        ask_about_upload(job, file.content, one.answer, woman=file.named.woman)
    offer_report(job, [one], view)
    _show_similar(job, one)
    more()


def _show_similar(job: JobRecord, one: Judged) -> None:
    if one.answer is None:
        return
    st.header("Most similar known cases (other women)", anchor=False)
    if embeddings_job.embeddings_of(job) is None:
        return
    nearest = nearest_of(job, one.answer)
    if nearest is not None:
        nearest_cases.show_nearest(job, nearest, list(one.answer.probabilities))


def _show_needs_films(job: JobRecord) -> None:
    st.info(
        f"Job {job.id} judges squares around lesions that are outlined; of a whole film it can say nothing. "
        "Choose a job trained on films, or look at the squares that this one was tested on.",
        icon=":material/info:",
    )
    query = {"job": str(job.id)}
    st.page_link("pages/results.py", label="See its results", icon=":material/grid_on:", query_params=query)


def _offer_example(job: JobRecord, view: View, others: Mapping[int, JobRecord]) -> None:
    """A visitor without a file takes a film that this program draws."""

    def show() -> None:
        st.query_params[_EXAMPLE] = "1"

    if _EXAMPLE not in st.query_params:
        st.button("Try the example", icon=":material/image:", on_click=show)
        st.caption("A synthetic film with a mass, drawn by this program.")
        return
    st.caption("A synthetic film with a mass, drawn by this program. What a model says of it proves nothing.")
    film = previews.enhanced_png(cache.film(None), "levels", {})
    with messages.errors_shown():
        _show_one(job, Brought(_SYNTHETIC, film, "example", ShownView("")), view, others)


def _close() -> None:
    st.query_params.pop(OPEN, None)
