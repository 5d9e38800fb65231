"""Computing where a finished training's network puts every picture, so that the nearest known ones can be found."""

from __future__ import annotations

from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind, training_named


def _carry_out(context: JobContext) -> Finished | None:
    from mammo.jobs.embeddings import embed_job

    reporter = context.reporter
    trained = training_named(context.job, "Embeddings are of a training; name it as the setting `job`.")

    def on_progress(share: float, note: str) -> None:
        reporter.stop_if_asked()
        reporter.progress(share, f"{note} of job {trained}")

    kept = reporter.checkpoint_kept
    found = embed_job(context.store, context.settings, trained, on_progress=on_progress, on_kept=kept)
    return Finished({"job": trained, "folds": len(found), "pictures": [len(one.pictures) for one in found]})


JOB_KINDS.add(JobKind("embeddings", "Embeddings", _carry_out))
