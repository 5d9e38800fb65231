"""This server in one line: what it holds, what it computes with, who is looking."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mammo.store import DataSetRecord
from mammo.ui import cache, numbers, people
from mammo.ui.plain_text import plain


def show_summary(data_sets: Sequence[DataSetRecord], jobs_in_hand: int) -> None:
    """Counts, device and person; nothing of it needs an image."""
    images, women = (sum(getattr(record, what) for record in data_sets) for what in ("images", "patients"))
    device = cache.device()
    memory = f", {device.memory_bytes / 2**30:.0f} GiB" if device.memory_bytes else ""
    busy = f"{numbers.counted(jobs_in_hand, 'job')} running" if jobs_in_hand else "idle"
    person = people.current_person()
    parts = (
        numbers.counted(len(data_sets), "data set"),
        f"{numbers.counted(images, 'image')} of {numbers.counted(women, 'woman', 'women')}",
        f"{device.label}{memory}, {busy}",
        "you are a guest on an open server: everyone sees and may change all"
        if person == people.GUEST
        else f"you are {plain(person)}",
    )
    st.caption(" · ".join(parts))
