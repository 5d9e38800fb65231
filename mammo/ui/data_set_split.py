"""Making a split of a data set."""

from __future__ import annotations

import streamlit as st

from mammo.datasets.splitting import SplitBy, split_samples
from mammo.errors import MammoError
from mammo.store import DataSetRecord
from mammo.ui import cache, data_set_filters, people
from mammo.ui.kept_choice import choose_next
from mammo.ui.plain_text import plain

_WAYS: dict[SplitBy, str] = {
    "patient": "By woman (recommended)",
    "image": "By image (leaks)",
    "paper": "As in the paper: by image, 72 / 8 / 20 % of each class (leaks)",
}
_LEAKS = (
    "Films of one woman come into training and test: the model has seen a woman it is tested on, and scores are too "
    "high. Take this split only to compare with work that did the same."
)


def show_split_form(record: DataSetRecord) -> None:
    """Ask how to deal out the films, and make the split."""
    way: SplitBy = st.radio("What stays together", list(_WAYS), format_func=_WAYS.__getitem__, key="split.by")
    if way != "patient":
        st.warning(_LEAKS, icon=":material/warning:")
    shares = _ask_shares() if way != "paper" else (72, 8, 20)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = int(st.number_input("Seed", min_value=0, max_value=2**31 - 1, value=0, key="split.seed", width=150))
        name = st.text_input("Name", placeholder=f"{way}-1", key="split.name", max_chars=80, width=220)
        is_asked = st.button("Make the split", icon=":material/call_split:")
    if is_asked:
        try:
            _make(record, way, shares, seed, (name or "").strip() or None)
        except MammoError as error:  # quotes what was typed
            st.error(plain(str(error)), icon=":material/block:")


def _ask_shares() -> tuple[int, int, int]:
    with st.container(horizontal=True):
        train, validation, test = (
            int(st.number_input(f"{part} (%)", 0, 100, default, key=f"split.{part}", width=150))
            for part, default in (("Train", 80), ("Validation", 10), ("Test", 10))
        )
    return train, validation, test


def _make(record: DataSetRecord, way: SplitBy, shares: tuple[int, int, int], seed: int, name: str | None) -> None:
    store = cache.store()
    train, validation, test = (share / 100 for share in shares)
    samples = store.data_sets.samples(record.name)
    made = split_samples(samples, by=way, fractions=(train, validation, test), seed=seed, policy=record.label_policy)
    kept = store.splits.add(record.name, made, name, by=people.current_person())
    choose_next(kept.name, key=data_set_filters.SPLIT)
    st.toast(f"Split {kept.name} is saved.", icon=":material/check:")
    st.rerun()
