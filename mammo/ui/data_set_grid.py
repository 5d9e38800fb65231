"""The films of a data set, a page of small pictures at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import streamlit as st

from mammo.datasets import Sample
from mammo.store import DataSetRecord, ImageFilter
from mammo.ui import cache, data_set_filters, film_choice, numbers, theme, thumbnails
from mammo.ui.components.film_grid import FilmTile, film_grid
from mammo.ui.embedded import embedded
from mammo.ui.plain_text import plain

PER_PAGE = 24  # six women of four films each
_LONGEST_NUMBER = 9  # digits of a page's number
_REDRAWN_SECONDS = 1.0  # while small pictures are being made


def show_films(record: DataSetRecord, wanted: ImageFilter) -> None:
    """The films that a filter lets through; a click on one opens its woman."""
    images = cache.store().images
    counts = images.count(record.name, wanted)
    _say_what_is_shown(record, wanted, counts.images, counts.patients)
    if not counts.images:
        st.info("No film of this data set is like that.", icon=":material/image_search:")
        return
    place = st.container()
    pages = -(-counts.images // PER_PAGE)
    page = _choose_page(pages, f"{record.name}.{wanted}")
    samples = images.page(record.name, wanted, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    missing = None in thumbnails.pictures(samples, thumbnails.TILE_PX, cache.hidden(record.name))
    with place:
        draw = st.fragment(_draw, run_every=_REDRAWN_SECONDS) if missing else _draw
        draw(record, samples, f"Films, page {page} of {pages}", is_waiting=missing)


def open_woman(patient_id: str) -> None:
    """Show a woman's films in place of the grid; for a callback."""
    st.query_params[data_set_filters.WOMAN] = patient_id


def _say_what_is_shown(record: DataSetRecord, wanted: ImageFilter, images: int, patients: int) -> None:
    filters = data_set_filters.in_words(wanted)
    shown = f"{numbers.counted(images, 'image')} of {numbers.counted(patients, 'woman', 'women')}"
    if not filters:
        st.caption(shown)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{shown}, of {numbers.count(record.images)}: {plain(filters)}", width="content")
        st.button("Show all", type="tertiary", icon=":material/close:", on_click=data_set_filters.clear)


def _choose_page(pages: int, films: str) -> int:
    """The page in the address, or another one that a person chooses; ``films`` names what is paged through."""
    if pages == 1:
        return 1
    asked = st.query_params.get(data_set_filters.PAGE, "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _LONGEST_NUMBER else 1
    page = int(st.pagination(pages, default=min(max(number, 1), pages), key=f"page.{films}"))
    if page != number:
        st.query_params[data_set_filters.PAGE] = str(page)
    return page


def _draw(record: DataSetRecord, samples: Sequence[Sample], label: str, *, is_waiting: bool) -> None:
    found = thumbnails.pictures(samples, thumbnails.TILE_PX, cache.hidden(record.name))
    styles = theme.current().class_styles(list(record.classes[record.label_policy]))
    tiles = [_tile(record, sample, picture, styles) for sample, picture in zip(samples, found, strict=True)]
    film_grid(tiles, label=label, key="films.grid", on_open=open_woman)
    is_done = is_waiting and None not in found
    if is_waiting and (is_done or data_set_filters.WOMAN in st.query_params):
        st.rerun()  # out of the fragment: nothing is left to wait for


def _tile(
    record: DataSetRecord, sample: Sample, picture: thumbnails.Picture, styles: dict[str, theme.ClassStyle]
) -> FilmTile:
    label = film_choice.label_of(sample, record.label_policy)
    style = styles.get(label)
    facts = (label, sample.laterality, sample.view, sample.density and f"density {sample.density}")
    return FilmTile(
        id=sample.patient_id,
        picture=embedded(picture) if isinstance(picture, bytes) else None,
        alt=film_choice.in_words(sample, record.label_policy),
        name=PurePosixPath(sample.id).stem,
        facts=" ".join(fact for fact in facts if fact),
        mark=style.mark if style else "",
        color=style.color if style else theme.current().muted,
        problem=picture if isinstance(picture, str) else "",
        warnings=", ".join(sample.warnings),
    )
