"""Checking a finished training's heat maps."""

from __future__ import annotations

from mammo.errors import ParameterError
from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind


def _carry_out(context: JobContext) -> Finished | None:
    from mammo.jobs.heatmap_check import IMAGES, check_job

    config, reporter = context.job.config, context.reporter
    trained, methods = config.get("job"), config.get("methods") or ["grad_cam"]
    if not isinstance(trained, int):
        raise ParameterError("A check of heat maps names the training, as its setting `job`.")

    def on_progress(share: float) -> None:
        reporter.stop_if_asked()
        reporter.progress(share, f"checking the heat maps of job {trained}")

    found = check_job(
        context.store,
        context.settings,
        trained,
        methods,
        images=int(config.get("images", IMAGES)),
        on_progress=on_progress,
    )
    return Finished({"job": trained, "checks": [one.to_json() for one in found]})


JOB_KINDS.add(JobKind("heatmap_check", "Check of heat maps", _carry_out))
