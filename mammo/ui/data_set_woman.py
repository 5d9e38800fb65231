"""One woman's films side by side, right and left facing each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import streamlit as st

from mammo.datasets import Sample
from mammo.store import DataSetRecord, ImageFilter
from mammo.ui import cache, data_set_filters, data_set_grid, film_choice, thumbnails
from mammo.ui.embedded import embedded
from mammo.ui.plain_text import plain

_MOST = 12  # films; more than four are rare
_SIDE_BY_SIDE = 4
_REDRAWN_SECONDS = 1.0


def show_woman(record: DataSetRecord, patient_id: str, wanted: ImageFilter) -> None:
    """All films of a woman, whatever the filter; the next and the previous one are among those that it shows."""
    images = cache.store().images
    samples = images.page(record.name, ImageFilter(patient_id=patient_id), limit=_MOST)
    _show_ways(images.women_beside(record.name, patient_id, wanted))
    if not samples:
        st.info("No woman of this data set has that name.", icon=":material/person_search:")
        return
    st.header(f"Woman {plain(patient_id)}", anchor=False)
    st.caption(_facts(samples, record))
    missing = None in thumbnails.pictures(samples, thumbnails.VIEW_PX, cache.hidden(record.name))
    draw = st.fragment(_draw, run_every=_REDRAWN_SECONDS) if missing else _draw
    draw(record, samples, is_waiting=missing)


def _show_ways(beside: tuple[str | None, str | None]) -> None:
    previous, following = beside
    with st.container(horizontal=True, gap="small"):
        st.button("All films", icon=":material/grid_view:", shortcut="Escape", on_click=_close)
        for label, icon, key, woman in (
            ("Previous woman", ":material/chevron_left:", "ArrowLeft", previous),
            ("Next woman", ":material/chevron_right:", "ArrowRight", following),
        ):
            st.button(
                label,
                icon=icon,
                shortcut=key,
                disabled=woman is None,
                on_click=data_set_grid.open_woman,
                args=(woman,),
            )


def _close() -> None:
    st.query_params.pop(data_set_filters.WOMAN, None)


def _facts(samples: Sequence[Sample], record: DataSetRecord) -> str:
    first = samples[0]
    labels = sorted({film_choice.label_of(sample, record.label_policy) for sample in samples})
    facts = (
        " and ".join(labels),
        first.density and f"density {first.density}",
        first.age and f"{first.age} years",
        first.scanner and f"scanner {first.scanner}",
    )
    return plain(" · ".join(fact for fact in facts if fact))


def _draw(record: DataSetRecord, samples: Sequence[Sample], *, is_waiting: bool) -> None:
    found = thumbnails.pictures(samples, thumbnails.VIEW_PX, cache.hidden(record.name))
    grid = st.grid(_SIDE_BY_SIDE, min_column_width=150, gap="small")
    for sample, picture in zip(samples, found, strict=True):
        with grid.container():
            _show_film(record, sample, picture)
    if is_waiting and None not in found:
        st.rerun()


def _show_film(record: DataSetRecord, sample: Sample, picture: thumbnails.Picture) -> None:
    words = film_choice.in_words(sample, record.label_policy)
    if picture is None:
        st.skeleton(height=420)
    elif isinstance(picture, str):
        st.error(plain(picture), icon=":material/block:")
    else:
        st.image(embedded(picture), width="stretch", alt=words)
    place = " ".join(word for word in (sample.laterality, sample.view) if word)
    st.markdown(f"**{plain(place or 'Film')}** {plain(film_choice.label_of(sample, record.label_policy))}")
    st.caption(
        plain(f"{PurePosixPath(sample.id).stem} · {sample.width_px} x {sample.height_px} pixels, {sample.bits} bit")
    )
    for warning in sample.warnings:
        st.caption(f":material/warning: {plain(warning)}")
    st.page_link(
        "pages/contrast.py",
        label="Tune its contrast",
        icon=":material/contrast:",
        query_params={film_choice.DATA_SET: record.name, film_choice.IMAGE: sample.id},
    )
