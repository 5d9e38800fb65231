"""Uploads that wait in MAMMO_HOME/tmp for the job that imports them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mammo.store import JobFilter, Store

if TYPE_CHECKING:
    from mammo.config import Settings


def remove_forgotten_uploads(store: Store, settings: Settings) -> int:
    """Remove the uploads that no job will import any more; return their number.

    They are films of people who meant to bring them to an import, not to leave them behind. Only for the moment before
    the dashboard opens: a page writes an upload first and submits its job after.
    """
    jobs = store.jobs.list(JobFilter(kind="archive"))
    awaited = {Path(str(job.config.get("path", ""))).parent for job in jobs if not job.is_finished}
    forgotten = [entry for entry in settings.tmp_dir.glob("*") if entry not in awaited]
    for entry in forgotten:
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    return len(forgotten)
