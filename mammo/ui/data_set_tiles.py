"""Data sets as tiles: a film of each class, how many images of how many women, class balance, its split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from mammo.datasets import Sample
from mammo.phantoms.layout import SYNTHETIC_MARK
from mammo.store import DataSetRecord
from mammo.ui import cache, film_choice, numbers, theme, thumbnails
from mammo.ui.embedded import embedded
from mammo.ui.plain_text import plain

_FILMS = 3  # of the first classes
_REDRAWN_SECONDS = 1.0  # while small pictures are being made
_SHOWN = 12  # data sets, the latest; the Data sets page has all


def show_tiles(records: Sequence[DataSetRecord]) -> None:
    """A tile for each of the latest data sets."""
    latest = sorted(records, key=lambda record: record.imported_at, reverse=True)[:_SHOWN]
    examples = {record.name: _examples(record) for record in latest}
    is_waiting = None in _pictures(examples)
    draw = st.fragment(_draw, run_every=_REDRAWN_SECONDS) if is_waiting else _draw
    draw(latest, examples, is_waiting=is_waiting)


def _examples(record: DataSetRecord) -> list[Sample]:
    """A film of each of the first classes."""
    found, hidden = cache.store().images.examples(record.name, record.label_policy), cache.hidden(record.name)
    films = [found[label] for label in record.classes[record.label_policy] if label in found]
    return [film for film in films if film.id not in hidden][:_FILMS]


def _pictures(examples: Mapping[str, Sequence[Sample]]) -> list[thumbnails.Picture]:
    """Asked for all at once: so the page waits once for those that are not there."""
    return thumbnails.pictures([sample for samples in examples.values() for sample in samples], thumbnails.TILE_PX)


def _draw(records: Sequence[DataSetRecord], examples: Mapping[str, Sequence[Sample]], *, is_waiting: bool) -> None:
    pictures = iter(_pictures(examples))
    grid = st.grid("auto", min_column_width=300, gap="small")
    are_missing = False
    for record in records:
        films = [(sample, next(pictures)) for sample in examples[record.name]]
        are_missing |= any(picture is None for _, picture in films)
        with grid.container(border=True):
            _tile(record, films)
    if is_waiting and not are_missing:
        st.rerun()


def _tile(record: DataSetRecord, films: Sequence[tuple[Sample, thumbnails.Picture]]) -> None:
    balance = record.classes[record.label_policy]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("pages/data_sets.py", label=f"**{plain(record.name)}**", query_params={"data_set": record.name})
        if (record.root / SYNTHETIC_MARK).exists():
            st.badge("synthetic", color="violet")
    _show_films(record, films)
    women = numbers.counted(record.patients, "woman", "women")
    st.markdown(f"{numbers.counted(record.images, 'image')} of {women}")
    st.html(balance_bar(balance))
    _show_split(record)


def _show_films(record: DataSetRecord, films: Sequence[tuple[Sample, thumbnails.Picture]]) -> None:
    with st.container(key=f"films.{record.name}"):
        columns = st.columns(_FILMS, wrap=False, gap="xxsmall")
    for column, (sample, picture) in zip(columns, films, strict=False):
        if isinstance(picture, bytes):
            column.image(embedded(picture), width="stretch", alt=film_choice.in_words(sample, record.label_policy))
        elif picture is None:
            column.skeleton(height=120)
        else:
            column.caption(":material/broken_image: can't be read")


def _show_split(record: DataSetRecord) -> None:
    splits = cache.store().splits.list(record.name)
    if not splits:
        st.caption("no split yet")
    elif splits[-1].by == "patient":
        st.caption(f"split {plain(splits[-1].name)}, by woman")
    else:
        st.markdown(
            f":orange[:material/warning:] split {plain(splits[-1].name)} leaks: films of one woman in several parts"
        )


def balance_bar(balance: Mapping[str, int]) -> str:
    """HTML of one bar in the colors of the classes, with marks and counts below."""
    styles = theme.current().class_styles(list(balance))
    parts = "".join(f'<i style="flex:{n};background:{styles[label].color}"></i>' for label, n in balance.items())
    words = "".join(
        f'<span><b style="color:{styles[label].color}" aria-hidden="true">{styles[label].mark}</b> '
        f"{escape(label)} {numbers.count(n)}</span>"
        for label, n in balance.items()
    )
    return f'<div class="balance"><div aria-hidden="true">{parts}</div>{words}</div>'
