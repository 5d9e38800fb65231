"""Scoring a finished training on another data set."""

from __future__ import annotations

from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind, training_named


def _carry_out(context: JobContext) -> Finished | None:
    from mammo.evaluation.wording import chance_sentences
    from mammo.jobs.evaluation import evaluate_job

    job = context.job
    trained = training_named(job, "An evaluation names the training that it scores, as its setting `job`.")
    context.reporter.progress(0, f"scoring job {trained} on {job.data_set}")
    evaluation = evaluate_job(
        context.store, context.settings, trained, data_set=job.data_set, part=str(job.config.get("part", "test"))
    )
    return Finished({"test": evaluation.to_json(), "notes": chance_sentences(evaluation)})


JOB_KINDS.add(JobKind("evaluation", "Evaluation", _carry_out))
