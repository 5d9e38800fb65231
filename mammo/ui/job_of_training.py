"""Work that a training's page asks for once: jobs of a kind that name the training, and the way to queue one."""

from __future__ import annotations

from collections.abc import Mapping

from mammo.store import JobFilter, JobRecord, NewJob
from mammo.ui import cache, people
from mammo.ui.audit_job import AuditOffer, succeeded_job

_REMEMBERED = 200  # jobs of a kind among which those of a training are sought


def show_way(
    job: JobRecord, kind: str, *, label: str, icon: str, help_: str, config: Mapping[str, object] | None = None
) -> None:
    """How far the latest such job is, why it failed, or a button that queues one; for what is not there yet.

    Args:
        job: The training.
        kind: Of the job to queue.
        label: Of the button.
        icon: Of the button.
        help_: What the job does, in a sentence.
        config: Its settings beside the training's number.
    """
    wanted = {"job": job.id, **(config or {})}
    listed = cache.store().jobs.list(JobFilter(kind=kind, limit=_REMEMBERED))
    earlier = [one for one in listed if dict(one.config) == wanted]
    offer = AuditOffer(label, icon, help_, lambda: _new(job, kind, wanted, len(earlier)))
    # One that succeeded has left something that is gone or damaged: it is offered again.
    latest = earlier[0] if earlier and (not earlier[0].is_finished or earlier[0].failure) else None
    succeeded_job(latest, offer)


def _new(job: JobRecord, kind: str, config: Mapping[str, object], number: int) -> NewJob:
    named = ",".join(f"{name}={value}" for name, value in config.items())
    return NewJob(kind, config, people.current_person(), job.data_set, idempotency_key=f"{kind} {named} {number}")
