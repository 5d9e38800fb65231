"""Importing a folder of images as a data set."""

from __future__ import annotations

from mammo.jobs.importing import ImportRequest, import_data_set
from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind


def _carry_out(context: JobContext) -> Finished | None:
    request = ImportRequest.of(context.job.config)

    def on_progress(done: int, total: int) -> None:
        context.reporter.stop_if_asked()
        context.reporter.progress(done / max(total, 1), f"image {done} of {total}")

    record, refused = import_data_set(context.store, request, by=context.job.owner, on_progress=on_progress)
    return Finished({"data_set": record.name, "images": record.images, "patients": record.patients, "refused": refused})


JOB_KINDS.add(JobKind("import", "Import", _carry_out))
