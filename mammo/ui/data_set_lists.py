"""Files that were refused and films that were warned of, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from mammo.csv_text import csv_bytes
from mammo.store import DataSetRecord, ImageFilter
from mammo.ui import cache, numbers
from mammo.ui.tables import table_of_lines

_SHOWN = 200  # rows in the window; the file has all

Rows = Sequence[Sequence[str]]


def show_refused(record: DataSetRecord) -> None:
    """The refused files in a box that reads them when it is opened."""
    store = cache.store().data_sets
    number = store.refused_count(record.name)
    if not number:
        st.caption("No file was refused.")
        return

    def rows() -> Rows:
        return [(one.file, one.reason, one.code) for one in store.refused(record.name)]

    _box("Refused files", number, ("File", "Reason", "Code"), rows, f"{record.name}-refused.csv")


def show_warned(record: DataSetRecord) -> None:
    """The films that the import warned of, in a box that reads them when it is opened."""
    images, wanted = cache.store().images, ImageFilter(is_warned=True)
    number = images.count(record.name, wanted).images
    if not number:
        return

    def rows() -> Rows:
        samples = images.page(record.name, wanted, limit=number)
        return [(sample.id, sample.patient_id, ", ".join(sample.warnings)) for sample in samples]

    _box("Films with a warning", number, ("Film", "Woman", "Warning"), rows, f"{record.name}-warnings.csv")


def _box(title: str, number: int, header: Sequence[str], rows: Callable[[], Rows], file_name: str) -> None:
    box = st.expander(f"{title} ({numbers.count(number)})", key=f"box.{title}", on_change="rerun")
    if not box.open:
        return
    with box:
        found = rows()
        table = table_of_lines(found[:_SHOWN], header)
        st.dataframe(table, hide_index=True, lazy=False, alt=f"{title}: {number}")
        if number > _SHOWN:
            st.caption(f"The first {_SHOWN} of {numbers.count(number)}; the CSV has all.")
        st.download_button(
            "Download CSV",
            csv_bytes(header, found),
            file_name,
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
