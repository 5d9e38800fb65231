"""What the Results page shows of a training beside its matrix: one section at a time, named in the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from mammo.store import JobRecord
from mammo.ui.job_answers import JobAnswers, answers_of, folds_of
from mammo.ui.kept_choice import kept_segment
from mammo.ui.results_audits import show_job_audits
from mammo.ui.results_calibration import show_calibration
from mammo.ui.results_checks import show_checks
from mammo.ui.results_compare import show_comparison
from mammo.ui.results_curves import show_curves
from mammo.ui.results_export import offer_export
from mammo.ui.results_gallery import IMAGE
from mammo.ui.results_groups import show_groups
from mammo.ui.results_image import show_image
from mammo.ui.results_plane import show_plane
from mammo.ui.results_thresholds import show_thresholds
from mammo.ui.results_worklist import show_worklist

MATRIX = "matrix"


@dataclass(frozen=True)
class _Section:
    label: str
    show: Callable[[JobRecord, JobAnswers], None]
    has_images: bool = False  # of which one can be opened in its place


_SECTIONS = {
    "curves": _Section("Curves", lambda _job, answers: show_curves(answers)),
    "thresholds": _Section("Thresholds", lambda job, answers: show_thresholds(answers, _validation(job))),
    "calibration": _Section("Calibration", lambda job, answers: show_calibration(answers, _validation(job))),
    "groups": _Section("Groups", lambda _job, answers: show_groups(answers)),
    "plane": _Section("Embedding map", show_plane, has_images=True),
    "compare": _Section("Compare", show_comparison, has_images=True),
    "audits": _Section("Audits", show_job_audits),
    "maps": _Section("Heat maps", lambda job, _answers: show_checks(job)),
    "worklist": _Section("Worklist", show_worklist),
    "export": _Section("Export", offer_export),
}


def _validation(job: JobRecord) -> JobAnswers | None:
    """None for a cross-validation, whose folds judge the same validation women again and again."""
    return answers_of(job, "validation") if folds_of(job) == 1 else None


def choose_section() -> str:
    """Let a person choose what to look at; MATRIX at first."""
    labels = {MATRIX: "Matrix", **{name: section.label for name, section in _SECTIONS.items()}}
    return kept_segment(
        "Section", list(labels), key="section", in_words=labels.__getitem__, is_labelled=False, drops=[IMAGE]
    )


def show_section(name: str, job: JobRecord) -> None:
    """One section of a training that has test answers."""
    answers = answers_of(job)
    if answers is None:
        st.info(f"Job {job.id} has no test images.")
        return
    section = _SECTIONS[name]
    if section.has_images and st.query_params.get(IMAGE):
        show_image(job, answers)
    else:
        section.show(job, answers)
