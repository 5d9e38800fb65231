"""Preparing the images of a training ahead of it, so that it starts at once."""

from __future__ import annotations

from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind
from mammo.jobs.planning import training_source
from mammo.training.config import TrainingConfig


def _carry_out(context: JobContext) -> Finished | None:
    from mammo.training.procedure import prepare_all

    job = context.job
    config = TrainingConfig.of(job.config)
    source = training_source(context.store, job.data_set, job.split, config)
    count = prepare_all(config, source, context.settings.prepared_dir, context.reporter)
    return None if count is None else Finished({"images": count})


JOB_KINDS.add(JobKind("preparation", "Preparation of images", _carry_out))
