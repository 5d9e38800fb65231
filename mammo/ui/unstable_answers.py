"""Test images whose answer changes under small changes of contrast and position."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from mammo.config import Settings, settings
from mammo.jobs.stability import STABILITY, known_stability, stability_path
from mammo.stability import Stability
from mammo.store import JobRecord
from mammo.ui.job_of_training import show_way


def stability_known(job: JobRecord) -> dict[str, Stability] | None:
    """By item id, what was measured for a training's test images; None if nothing was."""
    path = stability_path(settings().job_dir(job.id))
    return _read(settings(), job.id, path.stat().st_mtime_ns if path.is_file() else None, job.finished_at)


def stability_of_answers(job: JobRecord) -> dict[str, Stability] | None:
    """As ``stability_known``; where nothing is, how far the measuring is or the way to start it is shown."""
    found = stability_known(job)
    if found is None:
        show_way(
            job,
            STABILITY,
            label="Measure the stability",
            icon=":material/vibration:",
            help_="Asks the model for each test image again, fifteen times a little changed; a job does it.",
        )
    return found


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(
    given: Settings,
    job_id: int,
    changed_at: int | None,
    finished_at: datetime | None,  # noqa: ARG001 - part of the key
) -> dict[str, Stability] | None:
    return known_stability(given.job_dir(job_id)) if changed_at is not None else None
