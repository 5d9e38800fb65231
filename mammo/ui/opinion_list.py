"""All opinions on a training's answers, to look at and to take along; the pictures that are kept for them."""

from __future__ import annotations

import streamlit as st

from mammo.config import settings
from mammo.csv_text import csv_bytes
from mammo.errors import MammoError
from mammo.jobs.opinion_export import OpinionExport, zip_of_nothing, zipped_export
from mammo.store import JobRecord, OpinionRecord
from mammo.ui import cache, numbers, people
from mammo.ui.opinion_keeping import show_kept
from mammo.ui.plain_text import plain
from mammo.ui.tables import table_of_lines

_MOST_PICTURES = 200  # that a page writes while its visitor waits
_COLUMNS = ("when (UTC)", "person", "image", "model's answer", "opinion", "holds right", "note")


def show_opinions(job: JobRecord) -> None:
    """A table, its downloads, and the kept uploads; nothing where there are none."""
    person = people.current_person()
    opinions = cache.store().opinions.list(viewer=person, job=job.id)
    if opinions:
        with st.expander(f"All opinions: {len(opinions)}", icon=":material/forum:"):
            rows = [_cells(one) for one in opinions]
            table = table_of_lines(rows, _COLUMNS)
            st.dataframe(table, hide_index=True, lazy=False, alt=f"Opinions on the answers of job {job.id}")
            _offer_downloads(job, rows)
    pictures = cache.store().kept_pictures
    found = (*pictures.list(viewer=person, job=job.id), *pictures.removable(by=person, job=job.id))
    kept = {one.image: one for one in found}
    if kept:
        with st.expander(f"Uploads that are kept: {len(kept)}", icon=":material/archive:"):
            for one in kept.values():
                size = f"{one.width_px} by {one.height_px} pixels"
                st.markdown(plain(f"Picture {one.image[:12]}, woman {one.patient_id}, {size}"))
                show_kept(one)


def _offer_downloads(job: JobRecord, rows: list[list[str]]) -> None:
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Table",
            csv_bytes(_COLUMNS, rows),
            f"mammo-opinions-{job.id}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        if len(rows) <= _MOST_PICTURES:
            st.download_button(
                "Data set to learn from",
                lambda: _zip(job.id),
                f"mammo-opinions-{job.id}.zip",
                "application/zip",
                icon=":material/download:",
                on_click="ignore",
            )
    if len(rows) > _MOST_PICTURES:
        number = numbers.counted(len(rows), "picture")
        st.caption(f"{number} are too many to write while you wait: `python -m mammo feedback export FOLDER`.")
    else:
        st.caption(
            "A ZIP of the pictures, written anew, with a table of the classes that people hold right; Data sets takes "
            "it back. What had to be left out stands in left-out.txt."
        )


def _zip(job: int) -> bytes:
    export = OpinionExport(people.current_person(), job=job)
    try:
        return zipped_export(export, cache.store(), settings())
    except MammoError as error:  # a download has no other place for its sentence
        return zip_of_nothing(str(error))


def _cells(one: OpinionRecord) -> list[str]:
    return [
        f"{one.at:%Y-%m-%d %H:%M}",
        one.person,
        one.image[:12],
        one.predicted,
        one.verdict,
        one.label or "",
        one.note,
    ]
