"""Asking a finished training for its test images again, under small changes of contrast and position."""

from __future__ import annotations

from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind, training_named


def _carry_out(context: JobContext) -> Finished | None:
    from mammo.jobs.stability import measure_job

    reporter = context.reporter
    trained = training_named(context.job, "Stability is measured on a training; name it as the setting `job`.")

    def on_progress(done: int, total: int) -> None:
        reporter.checkpoint_kept()
        reporter.stop_if_asked()
        reporter.progress(done / total, f"asking job {trained} for changed images, {done} of {total}")

    found = measure_job(context.store, context.settings, trained, on_progress=on_progress)
    changed = sum(one.changed > 0 for one in found.values())
    return Finished({"job": trained, "images": len(found), "changed": changed})


JOB_KINDS.add(JobKind("stability", "Stability of answers", _carry_out))
