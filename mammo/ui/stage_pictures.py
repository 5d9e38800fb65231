"""The pictures of a preparation side by side, each with its name and size."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mammo.imaging.display import exact_png, reduced
from mammo.imaging.gray_image import GrayImage, to_stored
from mammo.models import MODELS
from mammo.training.config import TrainingConfig
from mammo.training.preparation import pipeline_of
from mammo.ui.embedded import embedded
from mammo.ui.plain_text import plain

_LONGEST_PX = 420

Stage = tuple[str, str, bytes]  # label, size in words, PNG


def stages_of(pixels: GrayImage, config: TrainingConfig) -> list[Stage]:
    """What becomes of a picture on its way to a network, step by step."""
    return [
        (
            label,
            "{1} by {0} pixels".format(*shown.shape),
            exact_png(to_stored(reduced(shown, _LONGEST_PX).clip(0, 1), 8)),
        )
        for label, shown in pipeline_of(config, MODELS[config.model]).stages(pixels)
    ]


def draw_stages(stages: Sequence[Stage], name: str) -> None:
    """The stages, the last of which is the network's input."""
    grid = st.grid("auto", min_column_width=190, gap="small")
    for number, (label, size, picture) in enumerate(stages):
        with grid.container():
            st.image(embedded(picture), width="stretch", alt=f"{name}, {label}")
            st.markdown(f"**{number}. {plain(label)}**" if number else f"**{plain(label)}**")
            st.caption(size)
    st.caption("The last picture is what the network got, before its gray values are normalized.")
