"""Uploaded images with what a model says of them."""

from __future__ import annotations

from base64 import b64encode

import streamlit as st

from mammo.errors import MammoError
from mammo.explanation import CAM_METHODS
from mammo.prediction.pictures import overlaid
from mammo.prediction.wire import Answer
from mammo.report import Case, ReportSource, report_html
from mammo.store import ImageFilter, JobRecord
from mammo.ui import cache, explained
from mammo.ui.explained import View
from mammo.ui.one_prediction import show_prediction
from mammo.ui.plain_text import plain

_MOST_FILES = 24
_EXAMPLE = "predict.example"


def show_predictions(job: JobRecord) -> None:
    """The drop zone, and below it one answer or one refusal for each file."""
    files = st.file_uploader(
        "Mammograms: PNG, JPEG, TIFF, PGM or DICOM, with or without an extension",
        accept_multiple_files=True,
        help="Files are judged in memory and forgotten when you leave. Names and headers are not kept.",
    )
    view = explained.choose_view()
    if not files:
        _offer_example(job, view)
        return
    if len(files) > _MOST_FILES:
        st.error(f"{len(files)} files are too many at once; bring up to {_MOST_FILES}.", icon=":material/block:")
        return
    cases = []
    for number, file in enumerate(files, start=1):
        shown = f"Image {number}"  # a file's name may be a person's
        try:
            answer = explained.explain_upload(job.id, file.getvalue(), shown, view)
        except MammoError as error:
            st.error(plain(str(error)), icon=":material/block:")
            continue
        with st.container(border=len(files) > 1):
            show_prediction(answer, view, name=shown)
        cases.append((shown, answer))
    if cases:
        _offer_report(job, cases, view)


def _offer_example(job: JobRecord, view: View) -> None:
    """A visitor without a file of their own takes one of the model's data set."""
    if job.data_set is None:
        return
    st.button("Try an example", icon=":material/image:", key=_EXAMPLE)
    if not st.session_state[_EXAMPLE] and "example" not in st.query_params:
        return
    st.query_params["example"] = "1"
    sample = next(iter(cache.store().images.page(job.data_set, ImageFilter(), offset=0, limit=1)), None)
    if sample is None:
        return
    try:
        answer = explained.explain_film(job.id, sample, view)
    except MammoError as error:
        st.error(plain(str(error)), icon=":material/block:")
        return
    st.caption("An example from the model's own data set; it may have learnt from it.")
    show_prediction(answer, view, name=sample.path.name)


def _offer_report(job: JobRecord, cases: list[tuple[str, Answer]], view: View) -> None:
    first = cases[0][1]
    method = "none" if view.method is None else CAM_METHODS[view.method].label
    source = ReportSource(job.id, first.model, first.weights_sha256, first.pipeline_hash, method)
    rows = [
        Case(
            name,
            answer.label,
            answer.probabilities,
            b64encode(overlaid(answer, view.opacity)).decode(),
            answer.warnings,
        )
        for name, answer in cases
    ]
    st.download_button(
        "Report", report_html(source, rows), "mammo-report.html", "text/html", icon=":material/download:"
    )
