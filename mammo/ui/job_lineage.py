"""Where a job comes from: its data, its split, what it was cloned from, how it differs from its preset, its history."""

from __future__ import annotations

import streamlit as st

from mammo.errors import MammoError, NotFoundError
from mammo.store import JobRecord, Store
from mammo.training.presets import PRESETS
from mammo.ui.job_times import clock
from mammo.ui.plain_text import plain
from mammo.ui.tables import table_of
from mammo.ui.training_launch import JOB
from mammo.ui.training_start import in_text, start_of_job, start_of_preset


def show_lineage(store: Store, job: JobRecord) -> None:
    """Facts in lines, then the differences to the preset as a table."""
    if job.cloned_from is not None:
        _link("Cloned from", job.cloned_from)
    twin = store.jobs.same_as(job.id)
    if twin is not None:
        _link("Same as", twin)
    for line in (_data_set(store, job), _split(store, job), _versions(job)):
        if line:
            st.caption(line)
    if job.kind == "training":
        _show_differences(job)


def _link(how: str, other: int) -> None:
    query = {JOB: str(other)}
    st.page_link("pages/training.py", label=f"{how} job {other}", icon=":material/content_copy:", query_params=query)


def show_history(store: Store, job: JobRecord) -> None:
    """Every change of state."""
    rows = [
        {
            "When": clock(event.at),
            "State": event.to_state.value,
            "Attempt": event.attempt or None,
            "By": event.by or "worker",
            "Note": event.note or "",
        }
        for event in store.jobs.history(job.id)
    ]
    st.dataframe(
        table_of(rows), hide_index=True, lazy=False, row_height=32, alt="History of the job, the oldest change first"
    )


def _data_set(store: Store, job: JobRecord) -> str:
    if job.data_set is None:
        return ""
    try:
        present = store.data_sets.get(job.data_set).fingerprint
    except NotFoundError:
        return plain(f"The data set {job.data_set} is no longer on this server.")
    short = (job.data_set_fingerprint or "")[:12]
    if present == job.data_set_fingerprint:
        return f"Data set {job.data_set}, fingerprint `{short}`, unchanged since the job was submitted."
    return f"Data set {job.data_set}, fingerprint `{short}` then; it has **changed since** and is now `{present[:12]}`."


def _split(store: Store, job: JobRecord) -> str:
    if job.data_set is None or job.split is None:
        return ""
    try:
        split = store.splits.get(job.data_set, job.split)
    except NotFoundError:
        return ""
    parts = ", ".join(f"{part} {count}" for part, count in split.images.items())
    return f"Split {split.name} (by {split.by}, seed {split.seed}), hash `{split.hash[:12]}`: {parts} images."


def _versions(job: JobRecord) -> str:
    return plain(", ".join(f"{name} {version}" for name, version in (job.versions or {}).items()))


def _show_differences(job: JobRecord) -> None:
    preset = str(job.config.get("preset") or "recommended")
    try:
        values = start_of_job(job, ()).values
        start = start_of_preset(preset if preset in PRESETS else "recommended", (), region=str(values["region"]))
    except MammoError as error:
        st.caption(plain(str(error)))
        return
    changed = {name: value for name, value in start.changed(values).items() if name != "preset"}
    if not changed:
        st.caption(plain(f"Exactly the preset {preset}."))
        return
    rows = [
        {"Field": name, "This job": in_text(name, value), f"Preset {preset}": in_text(name, start.base[name])}
        for name, value in changed.items()
    ]
    st.dataframe(
        table_of(rows), hide_index=True, lazy=False, row_height=32, alt=f"What differs from the preset {preset}"
    )
