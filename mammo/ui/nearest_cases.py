"""The known pictures nearest to one, each of another woman, with the way to her films."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from mammo.datasets import Sample
from mammo.embedding.nearest import Nearest, Neighbour
from mammo.store import JobRecord
from mammo.ui import cache, data_set_filters, theme, thumbnails
from mammo.ui.embedded import embedded
from mammo.ui.plain_text import plain

COUNT = 6  # side by side on a wide window
_REDRAWN_SECONDS = 1.0


def show_nearest(job: JobRecord, nearest: Nearest, class_names: Sequence[str]) -> None:
    """Small pictures of the neighbours, the nearest first, and what their distance means.

    Args:
        job: The training whose known pictures they are.
        nearest: As ``nearest_known`` found them.
        class_names: Of the training, for the colors.
    """
    if nearest.is_far:
        st.warning(plain(nearest.words), icon=":material/explore_off:")
    else:
        st.markdown(plain(nearest.words))
    if job.data_set is None or not nearest.neighbours:
        return
    samples = {sample.id: sample for sample in cache.samples(job.data_set)}
    shown = [(one, samples[one.picture.sample_id]) for one in nearest.neighbours if one.picture.sample_id in samples]
    missing = None in _pictures(job.data_set, shown)
    draw = st.fragment(_draw, run_every=_REDRAWN_SECONDS) if missing else _draw
    draw(job.data_set, shown, tuple(class_names), is_waiting=missing)
    st.caption(
        "Near to the model, which may go by something else than a radiologist; at most one picture of each woman, from "
        "those that the model learnt from. The distance is 1 less the cosine of the angle between embeddings."
    )


def _pictures(data_set: str, shown: Sequence[tuple[Neighbour, Sample]]) -> list[thumbnails.Picture]:
    return thumbnails.pictures([sample for _, sample in shown], thumbnails.TILE_PX, cache.hidden(data_set))


def _draw(
    data_set: str, shown: Sequence[tuple[Neighbour, Sample]], class_names: Sequence[str], *, is_waiting: bool
) -> None:
    found = _pictures(data_set, shown)
    styles = theme.current().class_styles(class_names)
    grid = st.grid("auto", min_column_width=130, gap="small")
    for (neighbour, sample), picture in zip(shown, found, strict=True):
        known = neighbour.picture
        place = " ".join(word for word in (known.laterality, known.view) if word)
        with grid.container():
            if isinstance(picture, bytes):
                st.image(embedded(picture), width="stretch", alt=f"{sample.path.stem}, {place}, {known.label}")
            elif picture is None:
                st.skeleton(height=180)
            else:
                st.caption(plain(picture))
            st.html(_words(neighbour, styles[known.label], place))
            st.page_link(
                "pages/data_sets.py",
                label="Her films",
                query_params={"data_set": data_set, data_set_filters.WOMAN: known.patient_id},
            )
    if is_waiting and None not in found:
        st.rerun()


def _words(neighbour: Neighbour, style: theme.ClassStyle, place: str) -> str:
    """HTML: class with its mark, side and view, distance."""
    mark = f'<b style="color:{style.color}" aria-hidden="true">{style.mark}</b>'
    label = f"{mark} <b>{escape(neighbour.picture.label)}</b>"
    return "<br>".join([label, escape(place), f"distance {neighbour.distance:.3f}"])
