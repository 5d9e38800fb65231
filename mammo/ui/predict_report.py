"""The report of what the Predict page shows: HTML to verify, PDF to print, written when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from mammo.config import settings
from mammo.errors import MammoError
from mammo.ingest.pool import shared_pool
from mammo.jobs.embeddings import likeness_of
from mammo.prediction.wire import Answer
from mammo.report import Case, Further, Origin, case_of, report_html, versions
from mammo.store import JobRecord
from mammo.ui import explained, predict_doubts
from mammo.ui.explained import View
from mammo.ui.predict_files import Judged

_MOST_WHOLE = 8  # pictures that a report holds with every pixel; beyond them it would be too large to open


def offer_report(job: JobRecord, answered: Sequence[Judged], view: View) -> None:
    """Two buttons; nothing without an answer."""
    if not any(one.answer for one in answered):
        return

    def html() -> str:
        origin = _origin(job, view)
        return report_html(origin, _cases(answered, origin))

    def pdf() -> bytes:
        origin = _origin(job, view)
        return _pdf(origin, _cases(answered, origin))

    download = partial(st.download_button, icon=":material/download:", on_click="ignore")
    with st.container(horizontal=True, gap="small"):
        download("Report", html, "mammo-report.html", "text/html")
        download("As PDF", pdf, "mammo-report.pdf", "application/pdf")


def _pdf(origin: Origin, cases: list[Case]) -> bytes:
    from mammo.report.pdf import report_pdf  # its fonts take a while to load

    return report_pdf(origin, cases)


def _origin(job: JobRecord, view: View) -> Origin:
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    trust = predict_doubts.trust_of(job, view.method)
    return Origin(
        job=job.id,
        data_set=job.data_set,
        split=job.split,
        method=view.method,
        layer=view.layer,
        opacity=view.opacity,
        made_at=made_at,
        versions=versions(),
        checks=None if trust is None else trust.passed,
        is_void=trust is not None and trust.is_void,
    )


def _cases(answered: Sequence[Judged], origin: Origin) -> list[Case]:
    whole = len(answered) <= _MOST_WHOLE
    return [
        case_of(
            one.file.shown,
            shared_pool().decode(one.file.shown, one.file.content),
            one.answer,
            origin,
            _further(origin.job, one.answer),
            with_film=whole,
        )
        for one in answered
        if one.answer is not None
    ]


def _further(job: int, answer: Answer) -> Further:
    try:
        stability = explained.stability_of(job, answer)
    except MammoError:  # away just now: a report without it is better than none
        stability = None
    return Further(stability, likeness_of(settings(), job, answer.embedding))
