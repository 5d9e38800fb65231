"""Drawing the heat maps of a finished training's test images beforehand."""

from __future__ import annotations

from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind, training_named


def _carry_out(context: JobContext) -> Finished | None:
    from mammo.jobs.heatmaps import draw_job

    config, reporter = context.job.config, context.reporter
    trained = training_named(context.job, "Heat maps are drawn of a training; name it as the setting `job`.")
    method = str(config.get("method", "grad_cam"))

    def on_progress(done: int, total: int) -> None:
        reporter.stop_if_asked()
        reporter.progress(done / total, f"drawing heat map {done} of {total} of job {trained}")

    kept = reporter.checkpoint_kept
    drawn = draw_job(context.store, context.settings, trained, method, on_progress=on_progress, on_kept=kept)
    return Finished({"job": trained, "method": method, "images": drawn})


JOB_KINDS.add(JobKind("heatmaps", "Heat maps", _carry_out))
