"""Heat maps of a training's test images that a job draws before anybody asks for them."""

from __future__ import annotations

import streamlit as st

from mammo.config import settings
from mammo.explanation import CAM_METHODS
from mammo.jobs.heatmaps import HEATMAPS, drawn_count
from mammo.store import JobRecord
from mammo.ui import numbers
from mammo.ui.job_of_training import show_way
from mammo.ui.kept_choice import kept_choice
from mammo.ui.plain_text import plain

_USUAL = "grad_cam"


def show_drawn_beforehand(job: JobRecord) -> None:
    """How many maps of a method are there, and the way to have all of them."""
    methods = [_USUAL, *(name for name in CAM_METHODS if name != _USUAL)]
    method = kept_choice("Method", methods, key="beforehand", in_words=lambda name: CAM_METHODS[name].label)
    drawn = drawn_count(settings().job_dir(job.id), method)
    wanted = int(((job.result or {}).get("test") or {}).get("n", 0))
    label = CAM_METHODS[method].label
    if drawn >= wanted:
        st.markdown(
            f":green[:material/check_circle:] {plain(label)} maps of all {numbers.counted(drawn, 'test image')} are "
            "drawn; the gallery shows them at once."
        )
        return
    st.caption(
        plain(f"{label}: {drawn} of {numbers.counted(wanted, 'test image')} drawn. Others are when they are asked for.")
    )
    show_way(
        job,
        HEATMAPS,
        label="Draw all of them",
        icon=":material/gradient:",
        help_="A job draws the heat map of every test image, so that the gallery need not wait.",
        config={"method": method},
    )
