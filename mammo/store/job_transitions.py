"""The ways a job can go, as data: which states an action starts from, and where each of them leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from db.models import JobState

WAITING = (JobState.QUEUED, JobState.PAUSED, JobState.HELD)  # nobody works at it, it can still be done
WORKING = (JobState.STARTING, JobState.RUNNING)
IN_HAND = (*WORKING, JobState.CANCELLING)  # a worker answers for it

#: How a sentence tells where a job stands.
STANDING: Mapping[JobState, str] = {
    JobState.QUEUED: "is waiting in the queue",
    JobState.STARTING: "is starting",
    JobState.RUNNING: "is running",
    JobState.CANCELLING: "is being cancelled",
    JobState.PAUSED: "is paused",
    JobState.HELD: "is held",
    JobState.SUCCEEDED: "has already succeeded",
    JobState.FAILED: "has already failed",
    JobState.CANCELLED: "has already been cancelled",
}


@dataclass(frozen=True)
class Transition:
    """One action on a job."""

    path: Mapping[JobState, JobState]  # from -> to; from any other state the action is refused
    refusal: str  # what the job then cannot do


def _to(state: JobState, *sources: JobState) -> Transition:
    return Transition(dict.fromkeys(sources, state), f"become {state}")


# What people ask for
CANCEL = Transition(
    {**dict.fromkeys(WAITING, JobState.CANCELLED), **dict.fromkeys(WORKING, JobState.CANCELLING)}, "become cancelled"
)
#: A working job goes on until its worker has written a checkpoint; the wish stands in a column of its own.
REQUEST_PAUSE = Transition(
    {JobState.QUEUED: JobState.PAUSED, **{state: state for state in WORKING}}, f"become {JobState.PAUSED}"
)
HOLD = _to(JobState.HELD, JobState.QUEUED, JobState.PAUSED)
RESUME = _to(JobState.QUEUED, JobState.PAUSED, JobState.HELD)
REORDER = Transition({state: state for state in WAITING}, "be moved in the queue")

# What workers do
CLAIM = _to(JobState.STARTING, JobState.QUEUED)
START = _to(JobState.STARTING, *WAITING)
TAKE_OVER = _to(JobState.STARTING, *WORKING)
BEGIN = _to(JobState.RUNNING, JobState.STARTING)
PAUSE = _to(JobState.PAUSED, *WORKING)
RELEASE = _to(JobState.QUEUED, *WORKING)
GIVE_UP = _to(JobState.HELD, *WORKING)
FINISH = _to(JobState.SUCCEEDED, JobState.RUNNING)
FAIL = _to(JobState.FAILED, *WORKING)
CONFIRM_CANCEL = _to(JobState.CANCELLED, JobState.CANCELLING)
