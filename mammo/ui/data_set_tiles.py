"""Data sets as tiles: a film of each class, how many images of how many women, class balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from mammo.datasets import Sample
from mammo.store import DataSetRecord
from mammo.ui import cache, film_choice, numbers, theme

SYNTHETIC_MARK = "SYNTHETIC.txt"  # lies in the folder of every set of phantoms


def show_tiles(records: Sequence[DataSetRecord]) -> None:
    """A tile for each data set."""
    grid = st.grid("auto", min_column_width=300, gap="small")
    for record in records:
        with grid.container(border=True):
            _tile(record, cache.samples(record.name))


def _tile(record: DataSetRecord, samples: Sequence[Sample]) -> None:
    balance = record.classes[record.label_policy]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{record.name}**", width="content")
        if (record.root / SYNTHETIC_MARK).exists():
            st.badge("synthetic", color="violet")
    with st.container(key=f"films.{record.name}"):
        columns = st.columns(3, wrap=False, gap="xxsmall")
    for column, label in zip(columns, balance, strict=False):
        sample = next(one for one in samples if film_choice.label_of(one, record.label_policy) == label)
        picture = cache.stored_tile(cache.source(sample))
        column.image(picture, width="stretch", alt=film_choice.in_words(sample, record.label_policy))
    women = numbers.counted(record.patients, "woman", "women")
    st.markdown(f"{numbers.counted(record.images, 'image')} of {women}")
    st.html(balance_bar(balance))


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
