"""Uploaded images with what a model says of them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from mammo.errors import MammoError
from mammo.ingest.pool import shared_pool
from mammo.prediction.wire import Answer
from mammo.report import Case, Origin, case_of, report_html, versions
from mammo.store import JobRecord
from mammo.training.config import TrainingConfig
from mammo.ui import cache, explained, messages, predictor_away, previews
from mammo.ui.explained import View
from mammo.ui.one_prediction import show_prediction

_MOST_FILES = 24
_MOST_WHOLE = 8  # pictures that a report holds with every pixel; beyond them it would be too large to open
_EXAMPLE = "example"  # in the address
_SYNTHETIC = "Synthetic film"


def show_predictions(job: JobRecord) -> None:
    """The drop zone, and below it one answer or one refusal for each file."""
    if TrainingConfig.of(job.config).region != "none":
        _show_needs_films(job)
        return
    files = st.file_uploader(
        "Mammograms: PNG, JPEG, TIFF, PGM or DICOM, with or without an extension",
        accept_multiple_files=True,
        help="Files are judged in memory and forgotten when you leave. Names and headers are not kept.",
    )
    view = explained.choose_view()
    if not files:
        _offer_example(job, view)
        return
    st.query_params.pop(_EXAMPLE, None)
    if len(files) > _MOST_FILES:
        st.error(f"{len(files)} files are too many at once; bring up to {_MOST_FILES}.", icon=":material/block:")
        return
    answered = []
    for number, file in enumerate(files, start=1):
        shown = f"Image {number}"  # a file's name may be a person's
        try:
            answer = explained.explain_upload(job.id, file.getvalue(), shown, view)
        except MammoError as error:
            messages.show_error(error)
            if error.code == predictor_away.CODE:
                break
            continue
        with st.container(border=len(files) > 1):
            show_prediction(answer, view, name=shown)
        answered.append((shown, file.getvalue(), answer))
    if answered:
        _offer_report(job, answered, view)


def _show_needs_films(job: JobRecord) -> None:
    st.info(
        f"Job {job.id} judges squares around lesions that are outlined; of a whole film it can say nothing. "
        "Choose a job trained on films, or look at the squares that this one was tested on.",
        icon=":material/info:",
    )
    query = {"job": str(job.id)}
    st.page_link("pages/results.py", label="See its results", icon=":material/grid_on:", query_params=query)


def _offer_example(job: JobRecord, view: View) -> None:
    """A visitor without a file takes a film that this program draws."""

    def show() -> None:
        st.query_params[_EXAMPLE] = "1"

    if _EXAMPLE not in st.query_params:
        st.button("Try the example", icon=":material/image:", on_click=show)
        st.caption("A synthetic film with a mass, drawn by this program.")
        return
    with messages.errors_shown():
        answer = explained.explain_upload(
            job.id, previews.enhanced_png(cache.film(None), "levels", {}), _SYNTHETIC, view
        )
        st.caption("A synthetic film with a mass, drawn by this program. What a model says of it proves nothing.")
        show_prediction(answer, view, name=_SYNTHETIC)


def _offer_report(job: JobRecord, files: list[tuple[str, bytes, Answer]], view: View) -> None:
    """HTML to verify and PDF to print, written when they are asked for."""

    def html() -> str:
        return report_html(_origin(job, view), _cases(files, view))

    def pdf() -> bytes:
        return _pdf(_origin(job, view), _cases(files, view))

    download = partial(st.download_button, icon=":material/download:", on_click="ignore")
    with st.container(horizontal=True, gap="small"):
        download("Report", html, "mammo-report.html", "text/html")
        download("As PDF", pdf, "mammo-report.pdf", "application/pdf")


def _pdf(origin: Origin, cases: list[Case]) -> bytes:
    from mammo.report.pdf import report_pdf  # its fonts take a while to load

    return report_pdf(origin, cases)


def _origin(job: JobRecord, view: View) -> Origin:
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Origin(job.id, job.data_set, job.split, view.method, view.layer, view.opacity, made_at, versions())


def _cases(files: list[tuple[str, bytes, Answer]], view: View) -> list[Case]:
    whole = len(files) <= _MOST_WHOLE
    return [
        case_of(name, shared_pool().decode(name, content), answer, view.opacity, with_film=whole)
        for name, content, answer in files
    ]
