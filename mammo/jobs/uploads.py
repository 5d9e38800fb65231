"""Uploads that wait in MAMMO_HOME/tmp for the job that imports or judges them."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mammo.errors import DatasetError
from mammo.store import JobFilter, Store

if TYPE_CHECKING:
    from mammo.config import Settings

_KINDS = ("archive", "batch")  # of jobs that read uploads
UNPACKED = "unpacked"  # in a batch's folder, until all of its ZIP is answered


def keep_upload(settings: Settings, upload: BinaryIO, name: str) -> Path:
    """Write an uploaded ZIP to the disk; the job that reads it removes it.

    Args:
        settings: Where files lie.
        upload: The ZIP.
        name: By which the job is to speak of it; never the file's own, which may be a person's.

    Raises:
        DatasetError: If the disk doesn't take it.
    """
    folder = settings.tmp_dir / uuid.uuid4().hex
    kept = folder / f"{name}.zip"
    try:
        folder.mkdir(parents=True)
        with kept.open("wb") as file:
            shutil.copyfileobj(upload, file)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise DatasetError(f"The ZIP can't be kept: {error.strerror}.", code="upload") from error
    return kept


def remove_forgotten_uploads(store: Store, settings: Settings) -> int:
    """Remove the uploads that no job will read any more; return their number.

    They are films of people who meant to bring them to a job, not to leave them behind. Only for the moment before
    the dashboard opens: a page writes an upload first and submits its job after.
    """
    jobs = [job for kind in _KINDS for job in store.jobs.list(JobFilter(kind=kind))]
    awaited = {Path(str(job.config.get("path", ""))).parent for job in jobs if not job.is_finished}
    forgotten = [entry for entry in settings.tmp_dir.glob("*") if entry not in awaited]
    forgotten += [
        unpacked for job in jobs if job.is_finished if (unpacked := settings.job_dir(job.id) / UNPACKED).is_dir()
    ]
    for entry in forgotten:
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    return len(forgotten)
