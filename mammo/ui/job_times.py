"""How long a job has taken and will take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from mammo.store import JobEvent, JobRecord, JobState
from mammo.ui import numbers

_LEAST_SHARE = 0.02  # of a job done before an end is promised


def remaining_seconds(job: JobRecord, working_since: datetime, done_before: float, now: datetime) -> float | None:
    """Time to the end at the pace of this attempt; None as long as nothing can be said.

    Args:
        job: A running job.
        working_since: When this attempt began to work.
        done_before: Share of the job that earlier attempts had done.
        now: The moment.
    """
    done = job.progress - done_before
    if job.state != JobState.RUNNING or done < _LEAST_SHARE:
        return None
    return (now - working_since).total_seconds() * (1 - job.progress) / done


def begun_at(history: Sequence[JobEvent], attempt: int) -> datetime | None:
    """When an attempt began to work; None if it hasn't."""
    return next((one.at for one in history if one.attempt == attempt and one.to_state == JobState.RUNNING), None)


def promised_end(job: JobRecord, history: Sequence[JobEvent]) -> str:
    """In words, as "ends about 14:05, in about 4 min"; empty where no end can be promised."""
    begun = begun_at(history, job.attempt)
    if begun is None:
        return ""
    now = datetime.now(UTC)
    # How far earlier attempts had come is told by no one: what this page saw first of the attempt counts.
    first = (begun, 0.0) if job.attempt == 1 else (now, job.progress)
    since, before = st.session_state.setdefault(f"job.{job.id}.{job.attempt}", first)
    left = remaining_seconds(job, since, before, now)
    if left is None:
        return ""
    end = datetime.fromtimestamp(now.timestamp() + left, UTC)
    return f"ends about {clock(end)}, in {numbers.duration(left)}"


def clock(moment: datetime) -> str:
    """Time of day in the browser's zone; with the day where it was another one."""
    zone = st.context.timezone
    same_day = moment.date() == datetime.now(UTC).date()
    return numbers.clock(moment, zone) if same_day else f"{moment:%Y-%m-%d} {numbers.clock(moment, zone)}"
