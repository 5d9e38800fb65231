"""A film under an enhancement: live under the hand, its scores, other films under the same setting."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import streamlit as st

from mammo.enhancement import ENHANCEMENTS
from mammo.imaging.enhancement_scores import DEFINITIONS
from mammo.imaging.gray_change import GrayChange
from mammo.ui import cache, film_choice, live_setting, theme
from mammo.ui.components.live_contrast import LIVE_METHODS, ContrastView, DrawnAfter, live_contrast, send_film
from mammo.ui.embedded import embedded
from mammo.ui.film_choice import FilmChoice
from mammo.ui.previews import Comparison

OTHERS_PER_CLASS = 6


@dataclass(frozen=True)
class ShownFilm:
    """The film that is looked at, and what is known of it."""

    source: cache.Source | None  # None: the synthetic film of a server without data
    in_words: str  # in one line
    facts: str = "synthetic"  # of the file, in lines

    @classmethod
    def of(cls, chosen: FilmChoice | None) -> ShownFilm:
        """The chosen film, or else the synthetic one."""
        if chosen is None:
            return cls(None, "Synthetic film, malignant, MLO")
        sample = chosen.sample
        facts = f"{sample.bits} bit\n{sample.width_px} × {sample.height_px} pixels"  # noqa: RUF001 - as sizes are written
        return cls(cache.source(sample), chosen.in_words, facts)


def show_live(film: ShownFilm, method: str, values: cache.Values) -> Comparison:
    """The film under the hand; what the setting does to all of it.

    Raises:
        MammoError: If the film can't be read, or the values do not fit the method or each other.
    """
    comparison = cache.comparison(film.source, method, values)
    if comparison.is_constant:
        st.warning("This image has one gray value. There is nothing to stretch.", icon=":material/warning:")
    packed = cache.packed_film(film.source)
    send_film(packed.content, key="contrast.film")
    drawn = None if method in LIVE_METHODS else _drawn(film, method, values, comparison.change)
    view = ContrastView(
        film=packed.id,
        name=film.in_words.replace(", ", "\n", 1),
        facts=film.facts,
        alt=film.in_words,
        method=method,
        label=ENHANCEMENTS[method].label,
        values=dict(values),
        limits=live_setting.number_limits(),
        drawn=drawn,
    )
    live_contrast(view, key="contrast.view", on_release=live_setting.take_up_release)
    if drawn is not None and drawn.curve is None:
        st.caption("This method weighs a pixel against its neighbors, so no one curve describes it.")
    return comparison


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
        mark = f'<b class="mark" style="color:{styles[label].color}" aria-hidden="true">{styles[label].mark}</b>'
        st.html(f"{mark} {escape(label)}")
        grid = st.grid("auto", min_column_width=165, gap="xsmall")
        for sample in samples:
            words = film_choice.in_words(sample, chosen.policy)
            picture = cache.tile(cache.source(sample), method, values)
            grid.image(embedded(picture), width="stretch", alt=f"{words}, the same setting")


def _drawn(film: ShownFilm, method: str, values: cache.Values, change: GrayChange) -> DrawnAfter:
    after = cache.packed_after(film.source, method, values)
    send_film(after.content, key="contrast.after")
    return DrawnAfter(after.id, change.curve, tuple(change.after.tolist()), change.black, change.white)
