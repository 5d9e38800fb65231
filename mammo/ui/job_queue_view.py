"""All jobs in a table, with filters, and what can be done with one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from mammo.store import JobFilter, JobRecord, JobState
from mammo.ui import cache, job_actions, job_table, people
from mammo.ui.job_times import clock
from mammo.ui.tables import table_of
from mammo.ui.training_launch import JOB

STATES, OWNER = "jobs", "owner"  # names in the address
_LATEST = 200
_CHOSEN = "queue.job"
_LISTED = "queue.listed"
_TABLE = "queue.table"
_GROUPS: Mapping[str, frozenset[JobState] | None] = {
    "all": None,
    "in hand": job_table.IN_HAND,
    "waiting": frozenset({JobState.QUEUED, JobState.PAUSED, JobState.HELD}),
    "succeeded": frozenset({JobState.SUCCEEDED}),
    "failed": frozenset({JobState.FAILED, JobState.CANCELLED}),
}
_COLUMNS = {
    "Job": st.column_config.NumberColumn(width=56, format="%d"),
    "Queue": st.column_config.TextColumn(width=64, help="Place in the queue: 1 is served next."),
    "State": st.column_config.TextColumn(width=90),
    "Progress": st.column_config.ProgressColumn(width=120, format="percent", min_value=0, max_value=1),
    "Balanced accuracy": st.column_config.TextColumn(width=150, help="On the test part, 95 % interval over women."),
}


def show_queue() -> None:
    """The table, drawn anew every two seconds while something is going on."""
    st.header("Jobs", anchor=False)
    with st.container(horizontal=True):
        group = st.segmented_control(
            "State", list(_GROUPS), default="all", required=True, key=STATES, bind="query-params"
        )
        owner = st.segmented_control(
            "Owner", ["all", "own"], default="all", required=True, key=OWNER, bind="query-params"
        )
    wanted = JobFilter(
        states=_GROUPS[str(group)],
        owner=people.current_person() if owner == "own" else None,
        limit=_LATEST,
        in_brief=True,
    )
    situation = job_table.situation()
    is_changing = bool(situation[1])
    st.fragment(_follow, run_every=2 if is_changing else None)(wanted, situation)


def _follow(wanted: JobFilter, seen: job_table.Situation) -> None:
    store = cache.store()
    jobs, queue = store.jobs.list(wanted), [job.id for job in store.jobs.queue()]
    if not jobs:
        st.caption("No job here yet. Start one above, or choose other states." if wanted.states else "No job yet.")
    else:
        _show_table(jobs, queue)
        _show_actions({job.id: job for job in jobs})
    if job_table.situation() != seen:
        st.rerun()


def _show_table(jobs: Sequence[JobRecord], queue: Sequence[int]) -> None:
    places = {job_id: str(place) for place, job_id in enumerate(queue, 1)}
    rows = [
        {**row, "Queue": places.get(job.id, ""), "Submitted": clock(job.created_at)}
        for job, row in zip(jobs, job_table.rows_of(jobs), strict=True)
    ]
    order = ["Job", "What", "State", "Queue", "Progress", "Balanced accuracy", "Note", "Owner", "Submitted"]
    st.session_state[_LISTED] = [job.id for job in jobs]
    st.dataframe(
        table_of(rows, order),
        hide_index=True,
        lazy=False,
        row_height=36,
        height=min(36 * (len(rows) + 1) + 4, 400),
        column_config=_COLUMNS,
        key=_TABLE,
        on_select=_take_up_row,
        selection_mode="single-row",
        alt="Jobs, the latest first. Choose one in the selector below.",
    )


def _take_up_row() -> None:
    """Rows move when jobs come: what was clicked is remembered by its number."""
    picked = st.session_state[_TABLE]["selection"]["rows"]
    listed = st.session_state[_LISTED]
    if picked and picked[0] < len(listed):
        st.session_state[_CHOSEN] = listed[picked[0]]


def _show_actions(jobs: Mapping[int, JobRecord]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        label = {number: f"Job {number}, {job_table.what(job)}" for number, job in jobs.items()}
        chosen = st.selectbox("Job", list(jobs), format_func=label.__getitem__, key=_CHOSEN, width=260)
        job = jobs[chosen]
        st.page_link("pages/training.py", label="Open", icon=":material/open_in_full:", query_params={JOB: str(chosen)})
        for action in (job_actions.UP, job_actions.DOWN, job_actions.PAUSE, job_actions.RESUME, job_actions.CANCEL):
            job_actions.show_action(action, job, "queue")
