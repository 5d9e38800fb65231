"""Importing a ZIP that came in by the browser as a data set."""

from __future__ import annotations

import shutil

from mammo.errors import MammoError
from mammo.jobs.archive_import import import_archive
from mammo.jobs.importing import ImportRequest
from mammo.jobs.kinds._base import JOB_KINDS, Finished, JobContext, JobKind
from mammo.jobs.reporting import JobStoppedError


def _carry_out(context: JobContext) -> Finished | None:
    request, reporter = ImportRequest.of(context.job.config), context.reporter

    def on_progress(share: float, note: str) -> None:
        reporter.stop_if_asked()
        reporter.progress(share, note)

    try:
        record, refused = import_archive(
            context.store, context.settings, request, by=context.job.owner, on_progress=on_progress
        )
    except MammoError:
        _remove_upload(context, request)
        raise
    except JobStoppedError:
        if reporter.stop_reason == "cancel":
            _remove_upload(context, request)
        raise
    _remove_upload(context, request)
    told = [{"file": one.file, "reason": one.reason} for one in refused]
    return Finished({"data_set": record.name, "images": record.images, "patients": record.patients, "refused": told})


def _remove_upload(context: JobContext, request: ImportRequest) -> None:
    """An upload has a folder of its own in MAMMO_HOME/tmp; a ZIP that lies elsewhere is not ours."""
    if request.path.parent.parent == context.settings.tmp_dir:
        shutil.rmtree(request.path.parent, ignore_errors=True)


JOB_KINDS.add(JobKind("archive", "Import of a ZIP", _carry_out))
