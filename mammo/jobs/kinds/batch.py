"""Judging every file of a folder or ZIP by a finished training."""

from __future__ import annotations

import itertools

from mammo.errors import DatasetError
from mammo.jobs.batch import KIND, Batch, BatchRequest, remove_upload
from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind
from mammo.jobs.lessons import lessons_of_job
from mammo.jobs.reporting import JobStoppedError

_KEPT_EVERY = 20  # new answers; each survives the death of this process at once, the database hears of it now and then


def _carry_out(context: JobContext) -> Finished | None:
    from mammo.prediction.server import PredictionServer

    request, reporter = BatchRequest.of(context.job.config), context.reporter
    batch = Batch(request, context.settings.job_dir(context.job.id))

    def on_progress(done: int, total: int) -> None:
        reporter.stop_if_asked()
        reporter.progress(done / total, f"judging file {done + 1} of {total}")

    answered = itertools.count()

    def on_kept() -> None:
        # of earlier attempts' answers nothing is told: a file that kills every process would be tried for ever
        if next(answered) % _KEPT_EVERY == 0:
            reporter.checkpoint_kept()

    lessons_of_job(context.store, context.settings, context.store.jobs.get(request.job))
    try:
        result = batch.carry_out(PredictionServer(context.settings).explained, on_progress, on_kept)
    except JobStoppedError:
        if reporter.stop_reason == "cancel":
            _forget(batch, context)
        raise
    except DatasetError:  # the files are no good; after any other failure the job may go on with them
        _forget(batch, context)
        raise
    _forget(batch, context)
    return Finished(result)


def _forget(batch: Batch, context: JobContext) -> None:
    batch.clear()
    remove_upload(context.settings, batch.request)


JOB_KINDS.add(JobKind(KIND, "Predictions of many files", _carry_out))
