"""Asking a finished training what it tells from the background alone."""

from __future__ import annotations

from mammo.errors import ParameterError
from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind


def _carry_out(context: JobContext) -> Finished | None:
    from mammo.jobs.background_control import control_job

    trained, reporter = context.job.config.get("job"), context.reporter
    if not isinstance(trained, int):
        raise ParameterError("A background control names the training, as its setting `job`.")

    def on_progress(done: int, total: int) -> None:
        reporter.stop_if_asked()
        reporter.progress(done / total, f"blanking image {done} of {total} of job {trained}")

    control = control_job(context.store, context.settings, trained, on_progress=on_progress)
    return Finished({"job": trained, "control": control.to_json()})


JOB_KINDS.add(JobKind("background_control", "Background control", _carry_out))
