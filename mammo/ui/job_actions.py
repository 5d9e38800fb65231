"""What a person can do with a job, as buttons; only those that its state allows can be pressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from mammo.store import JobRecord, JobState, Store
from mammo.ui import cache, messages, people
from mammo.ui.training_launch import show_job

_WAITING = frozenset({JobState.QUEUED, JobState.PAUSED, JobState.HELD})
_WORKING = frozenset({JobState.STARTING, JobState.RUNNING})


@dataclass(frozen=True)
class Action:
    """One thing that is done to a job as it stands, at once."""

    label: str
    icon: str
    states: frozenset[JobState]  # that allow it
    help: str
    act: Callable[[Store, int, str], object]  # of a store, the job's number and who asks


PAUSE = Action(
    "Pause",
    ":material/pause:",
    _WORKING | {JobState.QUEUED},
    "A running job stops after its next checkpoint and can go on from there.",
    lambda store, job, by: store.jobs.request_pause(job, by=by),
)
RESUME = Action(
    "Resume",
    ":material/play_arrow:",
    frozenset({JobState.PAUSED, JobState.HELD}),
    "Back into the queue, at its old place; it goes on from its last checkpoint.",
    lambda store, job, by: store.jobs.resume(job, by=by),
)
CANCEL = Action(
    "Cancel",
    ":material/cancel:",
    _WAITING | _WORKING,
    "Ends the job for good.",
    lambda store, job, by: store.jobs.cancel(job, by=by),
)
UP = Action(
    "Up",
    ":material/arrow_upward:",
    frozenset({JobState.QUEUED}),
    "Is served one place earlier.",
    lambda store, job, by: _shift(store, job, by, later=False),
)
DOWN = Action(
    "Down",
    ":material/arrow_downward:",
    frozenset({JobState.QUEUED}),
    "Is served one place later.",
    lambda store, job, by: _shift(store, job, by, later=True),
)


def show_action(action: Action, job: JobRecord, key: str) -> None:
    """A button that does ``action``; what the job's state forbids is said in a sentence."""
    st.button(
        action.label,
        icon=action.icon,
        help=action.help,
        key=f"{key}.{action.label}",
        disabled=job.state not in action.states,
        on_click=_carry_out,
        args=(action, job.id),
    )


def show_retry(job: JobRecord, key: str) -> None:
    """A button that submits a failed or cancelled job again and shows the new one."""
    can = job.state in {JobState.FAILED, JobState.CANCELLED}
    words = "Submits the same job again, as a new one."
    args = (job.id,)
    label, icon = "Retry", ":material/replay:"
    st.button(label, icon=icon, help=words, key=f"{key}.retry", disabled=not can, on_click=_retry, args=args)


def _carry_out(action: Action, job_id: int) -> None:
    with messages.errors_shown():
        action.act(cache.store(), job_id, people.current_person())


def _retry(job_id: int) -> None:
    with messages.errors_shown():
        show_job(cache.store().jobs.retry(job_id, by=people.current_person()).id)


def _shift(store: Store, job_id: int, by: str, *, later: bool) -> None:
    """Exchange a queued job with its neighbor; at the end of the queue nothing happens."""
    order = [job.id for job in store.jobs.queue()]
    place = order.index(job_id) + (1 if later else 0) if job_id in order else 0
    if 0 < place < len(order):
        store.jobs.move(order[place], before=order[place - 1], by=by)
