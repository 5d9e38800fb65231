"""How long a job has taken and will take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from mammo.store import JobRecord, JobState
from mammo.ui import numbers

_LEAST_SHARE = 0.02  # of a job done before an end is promised


def remaining_seconds(job: JobRecord, now: datetime) -> float | None:
    """Time to the end at the pace of this attempt; None as long as nothing can be said."""
    done = job.progress - job.progress_before
    if job.state != JobState.RUNNING or job.attempt_started_at is None or done < _LEAST_SHARE:
        return None
    return (now - job.attempt_started_at).total_seconds() * (1 - job.progress) / done


def promised_end(job: JobRecord) -> str:
    """In words, as "ends about 14:05, in about 4 min"; empty where no end can be promised."""
    now = datetime.now(UTC)
    left = remaining_seconds(job, now)
    return "" if left is None else f"ends about {clock(now + timedelta(seconds=left))}, in {numbers.duration(left)}"


def clock(moment: datetime) -> str:
    """Time of day in the browser's zone; with the day where it was another one."""
    zone = st.context.timezone
    same_day = moment.date() == datetime.now(UTC).date()
    return numbers.clock(moment, zone) if same_day else f"{moment:%Y-%m-%d} {numbers.clock(moment, zone)}"
