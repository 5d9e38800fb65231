"""How a test image was prepared: the picture after each step, down to what the network saw."""

from __future__ import annotations

import streamlit as st

from mammo.datasets.regions import Region, crop
from mammo.imaging.reading import read_image
from mammo.store import JobRecord
from mammo.training.config import TrainingConfig
from mammo.ui import messages
from mammo.ui.explained import Judged
from mammo.ui.stage_pictures import Stage, draw_stages, stages_of


def show_stages(job: JobRecord, film: Judged) -> None:
    """The stages on demand, each with its name and size; the last one is the network's input."""
    if not st.toggle("Show the preparation", key="stages", bind="query-params"):
        return
    with messages.errors_shown():
        draw_stages(_stages(film.sample.sha256, film, TrainingConfig.of(job.config)), film.sample.path.name)


@st.cache_data(max_entries=24, show_spinner="Preparing the picture step by step")
def _stages(sha256: str, film: Judged, config: TrainingConfig) -> list[Stage]:  # noqa: ARG001 - part of the key
    pixels = read_image(film.sample.path).pixels
    if film.square is not None:
        pixels = crop(pixels, Region(film.sample.path.name, *film.square, label="", source="lesion"))[0]
    return stages_of(pixels, config)
