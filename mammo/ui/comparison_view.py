"""A film before and after an enhancement: pictures, gray levels, what was lost, scores."""

from __future__ import annotations

from html import escape

import streamlit as st

from mammo.imaging.enhancement_scores import DEFINITIONS
from mammo.imaging.gray_change import GrayChange
from mammo.ui import cache, charts, film_choice, numbers, theme
from mammo.ui.film_choice import FilmChoice
from mammo.ui.previews import Comparison

OTHERS_PER_CLASS = 6
_NOTABLE = 0.01  # share of the breast above which lost detail is said with emphasis


def show_pictures(comparison: Comparison, facts: str, method: str) -> None:
    """Before and after, side by side also on a phone."""
    before, after = st.columns(2, wrap=False, gap="xsmall")
    before.image(comparison.before, caption=f"Before: {facts}", width="stretch", alt=f"{facts}, as stored")
    after.image(comparison.after, caption=f"After: {method}", width="stretch", alt=f"{facts}, after {method}")


def show_gray_levels(comparison: Comparison) -> None:
    """Histogram and curve, and in words what was clipped."""
    change = comparison.change
    clipped = _clipped_in_words(change)
    alt = f"Histograms of the breast before and after with the transfer curve. {clipped}"
    charts.show(charts.gray_figure(change, theme.current()), alt=alt, key="contrast.gray_levels")
    if max(change.white - change.white_before, change.black - change.black_before) > _NOTABLE:
        st.markdown(f":orange[:material/warning: {clipped} Detail there is lost.]")
    else:
        st.caption(clipped)
    if change.curve is None:
        st.caption("This method weighs a pixel against its neighbors, so no one curve describes it.")


def show_scores(comparison: Comparison) -> None:
    """Each score, before to after where both are known, with its definition."""
    scores = comparison.scores
    rows = [
        ("Entropy", "entropy", (scores.entropy_before, scores.entropy)),
        ("EME", "eme", (scores.eme_before, scores.eme)),
        ("CII", "cii", (scores.cii,)),
        ("AMBE", "ambe", (scores.ambe,)),
        ("PSNR in dB", "psnr", (scores.psnr,)),
    ]
    with st.container(horizontal=True, gap="medium"):
        for label, name, figures in rows:
            text = " to ".join("n/a" if figure is None else f"{figure:.2f}" for figure in figures)
            st.markdown(f":gray[{label}] **{text}**", help=DEFINITIONS[name], width="content")
    st.caption("Scores inside the breast. A higher one is not a better diagnosis.")


def show_others(chosen: FilmChoice, method: str, values: cache.Values) -> None:
    """Films of other women under the same setting, a row for each class."""
    others = chosen.others(OTHERS_PER_CLASS)
    styles = theme.current().class_styles(list(others))
    for label, samples in others.items():
        st.html(f'<b class="mark" style="color:{styles[label].color}">{styles[label].mark}</b> {escape(label)}')
        grid = st.grid("auto", min_column_width=165, gap="xsmall")
        for sample in samples:
            words = film_choice.in_words(sample, chosen.policy)
            picture = cache.tile(cache.source(sample), method, values)
            grid.image(picture, width="stretch", alt=f"{words}, the same setting")


def _clipped_in_words(change: GrayChange) -> str:
    now = (
        f"{numbers.percent(change.black, 1)} of the breast is pure black, {numbers.percent(change.white, 1)} pure white"
    )
    earlier = f"before, {numbers.percent(change.black_before, 1)} and {numbers.percent(change.white_before, 1)}"
    return f"{now} ({earlier})."
