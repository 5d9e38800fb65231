"""Carrying out a job in the terminal that asks for it."""

from __future__ import annotations

import logging

from mammo.commands._output import RESEARCH_USE, Progress, say
from mammo.config import settings
from mammo.jobs.workers import this_process
from mammo.store import JobRecord, Store


def carry_out_here(store: Store, job_id: int, attempt: int | None = None) -> JobRecord:
    """See a job through in this process; one that is not started yet is started or taken over."""
    from mammo.jobs.carrying_out import carry_out_job, start_job  # all kinds of jobs: most commands need none

    logging.getLogger("mammo").addHandler(logging.NullHandler())  # the command itself says what went wrong, once
    number = attempt or start_job(store, job_id, this_process("terminal"))
    job = store.jobs.get(job_id)
    on = f" on {job.data_set}" if job.data_set else ""
    say(f"Job {job_id}: {job.kind}{on}, attempt {number}. {RESEARCH_USE}")
    shown = Progress(f"Job {job_id}, percent")
    return carry_out_job(store, settings(), job_id, number, lambda share, note: shown(int(100 * share), 100, note))
