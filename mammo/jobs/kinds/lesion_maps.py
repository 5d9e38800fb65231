"""Sliding a training of regions over whole films, and scoring where it finds lesions."""

from __future__ import annotations

from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind, training_named


def _carry_out(context: JobContext) -> Finished | None:
    from mammo.jobs.lesion_maps import FILMS, map_job

    config, reporter = context.job.config, context.reporter
    trained = training_named(context.job, "Lesion maps are drawn by a training; name it as the setting `job`.")

    def on_progress(done: int, total: int) -> None:
        reporter.stop_if_asked()
        reporter.progress(done / total, f"sliding job {trained} over film {done} of {total}")

    scores, shown = map_job(
        context.store, context.settings, trained, films=int(config.get("films", FILMS)), on_progress=on_progress
    )
    films = [{"sample": sample.id, "fold": fold} for fold, sample in shown]
    return Finished({"job": trained, "scores": scores.to_json(), "films": films})


JOB_KINDS.add(JobKind("lesion_maps", "Lesion maps", _carry_out))
