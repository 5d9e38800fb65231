"""What a newcomer sees while the first films and the first model are being made."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mammo.jobs.demo import PATIENTS, is_of_demo
from mammo.store import DataSetRecord, JobRecord


def show_notice(active: Sequence[JobRecord], data_sets: Sequence[DataSetRecord], *, is_training_to_come: bool) -> None:
    """One sentence above the jobs; nothing where nobody waits for the first of anything."""
    drawing = next((job for job in active if job.kind == "phantoms" and is_of_demo(job)), None)
    training = next((job for job in active if job.kind == "training" and is_of_demo(job)), None)
    if drawing is not None:
        told = (
            f"The demo is being made: job {drawing.id} draws synthetic films of {PATIENTS} women, then a small network "
            "is trained on them, a few minutes in all; this page follows by itself."
        )
    elif training is not None:
        told = (
            f"The demo is being made: job {training.id} trains a small network on the synthetic films, a few minutes; "
            "this page follows by itself."
        )
    elif is_training_to_come:
        told = (
            "The demo is being made: its films are drawn, and the training of a small network on them comes next; this "
            "page follows by itself."
        )
    elif active and not data_sets:
        told = "The first films are being made; this page follows by itself."
    else:
        return
    st.info(told, icon=":material/hourglass_top:")
