"""Augmented films as tiles, each with what was drawn, and what happens to the lesion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo.imaging.display import exact_png, outlined_png
from mammo.imaging.gray_image import Mask, StoredImage
from mammo.training.augmentation_preview import PreparedFilm, augmented_view, lesion_shares
from mammo.ui import charts, numbers, theme
from mammo.ui.augmentation_inputs import TILES, AugmentationChoice
from mammo.ui.embedded import embedded
from mammo.ui.lesion_charts import share_figure

DRAWS = 100  # over which the lesion's share is told
_TILE_PX = 150


def show_tiles(film: PreparedFilm, choice: AugmentationChoice, name: str, *, outlined: bool) -> None:
    """The film as it was prepared, then as it is fed in one epoch after the other."""
    grid = st.grid("auto", min_column_width=_TILE_PX, gap="xsmall")
    outline = film.lesion if outlined else None
    _tile(grid, film.pixels, outline, caption="Original, prepared", alt=f"{name}, prepared, not augmented")
    for epoch in range(choice.epoch, choice.epoch + TILES):
        view = augmented_view(film, choice.policy, seed=choice.seed, epoch=epoch)
        words = f"epoch {epoch + 1}: {view.words or 'unchanged'}"
        outline = view.lesion if outlined else None
        _tile(grid, view.pixels, outline, caption=words.capitalize(), alt=f"{name}, {words}")
    size = film.pixels.shape[-1]
    st.caption(
        f"These are the {size} x {size} integers that a training of seed {choice.seed} is fed of this film, bit for "
        "bit where it computes on the CPU."
    )


def show_lesion(film: PreparedFilm, choice: AugmentationChoice) -> None:
    """How much of the lesion stays inside the picture, over many draws."""
    shares = lesion_shares(film, choice.policy, seed=choice.seed, draws=DRAWS)
    st.markdown(f"**Lesion kept, {DRAWS} draws**")
    if not shares:
        st.caption("No lesion is outlined on this film. Choose one with an outline to see how much of it stays.")
        return
    words = _in_words(shares)
    charts.show(share_figure(shares, theme.current()), alt=f"Share of the lesion kept: {words}", key="lesion.kept")
    lost = sum(share < 0.5 for share in shares)
    if lost:
        st.warning(
            f"In {lost} of {DRAWS} draws over half of the lesion leaves the frame, and the film is still called "
            "abnormal. Smaller shifts and scales keep it.",
            icon=":material/warning:",
        )
    st.caption(words)


def _in_words(shares: Sequence[float]) -> str:
    return f"Median {numbers.percent(float(np.median(shares)))}, least {numbers.percent(min(shares))}."


def _tile(grid: DeltaGenerator, pixels: StoredImage, outline: Mask | None, *, caption: str, alt: str) -> None:
    picture = exact_png(pixels) if outline is None else outlined_png(pixels, outline)
    grid.image(embedded(picture), caption=caption, width="stretch", alt=alt)
