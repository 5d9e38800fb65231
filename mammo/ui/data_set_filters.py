"""Which films of a data set are shown: inputs whose choices stand in the page's address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mammo.datasets.splitting import PARTS, Part
from mammo.store import DataSetRecord, ImageFilter
from mammo.ui import cache
from mammo.ui.kept_choice import kept_choice
from mammo.ui.plain_text import plain

DATA_SET, SPLIT, PAGE, WOMAN = "data_set", "split", "page", "woman"  # names in the address, keys of the inputs
_LABEL, _VIEW, _SIDE, _DENSITY, _PART, _TEXT, _WARNED = "class", "view", "side", "density", "part", "text", "warned"
_ALL = "all"
_SIDES = {"R": "right", "L": "left"}
_LONGEST_TEXT = 100


def choose_data_set(records: Sequence[DataSetRecord]) -> DataSetRecord:
    """Let a person choose a data set; the latest at first."""
    by_name = {record.name: record for record in sorted(records, key=lambda record: record.imported_at, reverse=True)}
    return by_name[kept_choice("Data set", list(by_name), key=DATA_SET, on_change=back_to_the_first)]


def choose_split(record: DataSetRecord) -> str | None:
    """Let a person choose one of the data set's splits, the latest at first; None if there is none."""
    names = [split.name for split in reversed(cache.store().splits.list(record.name))]
    return kept_choice("Split", names, key=SPLIT, width=160, on_change=back_to_the_first) if names else None


def choose_films(record: DataSetRecord, split: str | None) -> ImageFilter:
    """Let a person choose by class, view, side, density, part, text and warnings."""
    facets = cache.store().images.facets(record.name)
    label = _choice("Class", tuple(record.classes[record.label_policy]), _LABEL)
    with st.popover("Filter", icon=":material/filter_list:"):
        view = _choice("View", facets.views, _VIEW)
        laterality = _choice("Side", facets.lateralities, _SIDE, _SIDES)
        density = _choice("Density", facets.densities, _DENSITY)
        part = _choice("Part of the split", PARTS if split else (), _PART)
        text = st.text_input(
            "Name contains", key=_TEXT, max_chars=_LONGEST_TEXT, bind="query-params", on_change=back_to_the_first
        )
        is_warned = st.toggle("With a warning only", key=_WARNED, bind="query-params", on_change=back_to_the_first)
    chosen_part: Part | None = next((one for one in PARTS if one == part), None)
    return ImageFilter(
        label=label,
        policy=record.label_policy,
        view=view,
        laterality=laterality,
        density=density,
        text=(text or "")[:_LONGEST_TEXT],
        split=split,
        part=chosen_part,
        is_warned=is_warned,
    )


def in_words(wanted: ImageFilter) -> str:
    """The filters that are set, for the line above the films; empty if there are none."""
    words = (
        wanted.label,
        wanted.view,
        wanted.laterality and _SIDES[wanted.laterality],
        wanted.density and f"density {wanted.density}",
        wanted.part and f"{wanted.part} of {wanted.split}",
        wanted.text and f"name contains “{wanted.text}”",
        "with a warning" if wanted.is_warned else None,
    )
    return ", ".join(word for word in words if word)


def clear() -> None:
    """Show all films again; for a button's callback."""
    for key in (_LABEL, _VIEW, _SIDE, _DENSITY, _PART):
        st.session_state[key] = _ALL
    st.session_state[_TEXT] = ""
    st.session_state[_WARNED] = False
    back_to_the_first()


def back_to_the_first() -> None:
    """Another choice begins at its first page, and leaves the woman that was looked at."""
    st.query_params.pop(PAGE, None)
    st.query_params.pop(WOMAN, None)


def _choice(label: str, values: Sequence[str], key: str, words: dict[str, str] | None = None) -> str | None:
    """One of the values, or None for all; nothing to choose where there are fewer than two."""
    if len(values) < 2:
        return None
    chosen = st.segmented_control(
        label,
        [_ALL, *values],
        default=_ALL,
        required=True,
        format_func=lambda value: plain((words or {}).get(str(value), str(value))),
        key=key,
        bind="query-params",
        on_change=back_to_the_first,
    )
    return None if chosen in (None, _ALL) else chosen
