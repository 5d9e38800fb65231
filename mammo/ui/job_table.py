"""Jobs as a table, and the best models among them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from mammo.evaluation.intervals import Interval
from mammo.store import JobFilter, JobRecord, JobState
from mammo.ui import cache, charts, theme
from mammo.ui.tables import table_of

IN_HAND = frozenset({JobState.STARTING, JobState.RUNNING, JobState.CANCELLING})  # a worker has such a job
ACTIVE = IN_HAND | {JobState.QUEUED}  # something will happen without a person
SHOWN = 12  # jobs in the table; the latest
BEST = 5
SCORE = "balanced_accuracy"

Situation = tuple[frozenset[str], frozenset[int]]

_COLUMNS = {
    "Job": st.column_config.NumberColumn(width=56, format="%d"),
    "State": st.column_config.TextColumn(width=96),
    "Progress": st.column_config.ProgressColumn(width=120, format="percent", min_value=0, max_value=1),
    "Balanced accuracy": st.column_config.TextColumn(
        width=150, help="Mean of the classes' sensitivities on the test part, with the 95 % interval over women."
    ),
}

_SAME_FOR_MOST = ("Device", "Owner")  # columns that stand there only where jobs differ


def show_jobs() -> None:
    """The latest jobs as they are now."""
    jobs = cache.store().jobs.list(JobFilter(limit=SHOWN, in_brief=True))
    if not jobs:
        st.caption("No job yet.")
        return
    rows = rows_of(jobs)
    told = [name for name in rows[0] if name not in _SAME_FOR_MOST or len({row[name] for row in rows}) > 1]
    table = table_of(rows, [name for name in told if any(row[name] != "" for row in rows)])
    st.dataframe(
        table, hide_index=True, lazy=False, row_height=36, column_config=_COLUMNS, alt="Jobs, the latest first"
    )


def rows_of(jobs: Sequence[JobRecord]) -> list[dict[str, object]]:
    """What tables of jobs show of each, by column."""
    scores = scores_of(jobs)
    return [_row(job, scores.get(job.id)) for job in jobs]


def follow_jobs(seen: Situation) -> None:
    """As ``show_jobs``, for a fragment that runs again and again; draws the page anew when it has other parts now."""
    show_jobs()
    if situation() != seen:
        st.rerun()


def situation() -> Situation:
    """What decides which parts the page has: names of the data sets, and jobs that something will happen to."""
    store = cache.store()
    active = store.jobs.list(JobFilter(states=ACTIVE, in_brief=True))
    return frozenset(record.name for record in store.data_sets.list()), frozenset(job.id for job in active)


def show_best_models(jobs: Sequence[JobRecord]) -> None:
    """The finished models of the highest balanced accuracy, as dots with intervals."""
    scores_by_id = scores_of(jobs)
    scores = {_title(job): scores_by_id[job.id] for job in jobs if job.id in scores_by_id}
    if not scores:
        st.caption("No model was tested yet.")
        return
    best = dict(sorted(scores.items(), key=lambda item: -(item[1].value or 0))[:BEST])
    words = "; ".join(f"{label} {score}" for label, score in best.items())
    charts.show(charts.score_figure(best, theme.current()), alt=f"Balanced accuracy: {words}", key="overview.best")
    st.caption(
        "Balanced accuracy on the test part; the line is the 95 % interval over women. "
        "Where intervals overlap, the order may be chance. Models tested on different data sets can't be compared."
    )


def scores_of(jobs: Sequence[JobRecord]) -> dict[int, Interval]:
    """The test score by which models are listed, of each job that has one, by its number."""
    return cache.test_scores(SCORE, tuple(job.id for job in jobs if job.state == JobState.SUCCEEDED))


def _row(job: JobRecord, score: Interval | None) -> dict[str, object]:
    return {
        "Job": job.id,
        "What": what(job),
        "State": job.state.value,
        "Progress": math.floor(100 * job.progress + 1e-6) / 100,  # whole percents, and 100 only when it is done
        "Balanced accuracy": "" if score is None else str(score),
        "Note": _note(job),
        "Device": (job.versions or {}).get("device", ""),
        "Owner": job.owner,
    }


def _note(job: JobRecord) -> str:
    """Why it failed or waits, or how far it is; of what has succeeded there is nothing to say."""
    if job.state == JobState.SUCCEEDED:
        return ""
    failure = " ".join(sentence for sentence in (job.failure, job.advice) if sentence)
    return failure or job.reason or job.note or ""


def _title(job: JobRecord) -> str:
    return f"Job {job.id}, {what(job)}"


def what(job: JobRecord) -> str:
    """The model and the data, or the kind of a job that trains none."""
    words = (job.config.get("model") or job.kind, job.data_set and f"on {job.data_set}")
    return " ".join(word for word in words if word)
