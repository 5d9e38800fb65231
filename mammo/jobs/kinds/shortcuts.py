"""Seeking shortcuts in a data set: every film is read, so it takes a job."""

from __future__ import annotations

from mammo.errors import NotFoundError
from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind

_SHARE_OF_READING = 0.9  # the rest is drawing women and trading labels


def _carry_out(context: JobContext) -> Finished | None:
    from mammo.jobs.shortcuts import data_set_radar

    job, reporter = context.job, context.reporter
    if job.data_set is None:
        raise NotFoundError("A search for shortcuts names a data set.")

    def on_progress(done: int, total: int) -> None:
        reporter.stop_if_asked()
        reporter.progress(_SHARE_OF_READING * done / total, f"looking beside the breast of film {done} of {total}")

    return Finished(data_set_radar(context.store, job.data_set, on_progress=on_progress).to_json())


JOB_KINDS.add(JobKind("shortcuts", "Search for shortcuts", _carry_out))
