"""How a test image was prepared: the picture after each step, down to what the network saw."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mammo.datasets.regions import Region, crop
from mammo.imaging.display import exact_png, reduced
from mammo.imaging.gray_image import to_stored
from mammo.imaging.reading import read_image
from mammo.models import MODELS
from mammo.store import JobRecord
from mammo.training.config import TrainingConfig
from mammo.training.preparation import pipeline_of
from mammo.ui import messages
from mammo.ui.embedded import embedded
from mammo.ui.explained import Judged
from mammo.ui.plain_text import plain

_LONGEST_PX = 420


def show_stages(job: JobRecord, film: Judged) -> None:
    """The stages on demand, each with its name and size; the last one is the network's input."""
    if not st.toggle("Show the preparation", key="stages", bind="query-params"):
        return
    with messages.errors_shown():
        stages = _stages(film.sample.sha256, film, TrainingConfig.of(job.config))
        grid = st.grid("auto", min_column_width=190, gap="small")
        for number, (label, size, picture) in enumerate(stages):
            with grid.container():
                st.image(embedded(picture), width="stretch", alt=f"{film.sample.path.name}, {label}")
                st.markdown(f"**{number}. {plain(label)}**" if number else f"**{plain(label)}**")
                st.caption(size)
        st.caption("The last picture is what the network got, before its gray values are normalized.")


@st.cache_data(max_entries=24, show_spinner="Preparing the picture step by step")
def _stages(sha256: str, film: Judged, config: TrainingConfig) -> list[tuple[str, str, bytes]]:  # noqa: ARG001 - part of the key
    """Label, size in words and PNG of each stage."""
    image = read_image(film.sample.path)
    if film.square is not None:
        region = Region(film.sample.path.name, *film.square, label="", source="lesion")
        image = replace(image, pixels=crop(image.pixels, region)[0])
    pipeline = pipeline_of(config, MODELS[config.model])
    return [
        (
            label,
            "{1} by {0} pixels".format(*pixels.shape),
            exact_png(to_stored(reduced(pixels, _LONGEST_PX).clip(0, 1), 8)),
        )
        for label, pixels in pipeline.stages(image.pixels)
    ]
