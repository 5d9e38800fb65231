"""A job's log at the terminal."""

from __future__ import annotations

import codecs
import sys
import time
from typing import TYPE_CHECKING

from mammo.commands._output import say
from mammo.jobs.child import LOG_NAME
from mammo.store import Store

if TYPE_CHECKING:
    from mammo.config import Settings

_SECONDS_BETWEEN_LOOKS = 0.5


def log_lines(where: Settings, job_id: int) -> list[str]:
    """All lines of a log, none where there is no log yet; what is no text becomes a replacement character."""
    path = where.job_dir(job_id) / LOG_NAME
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []


def follow_log(store: Store, where: Settings, job_id: int) -> None:
    """Write a log to stdout as it grows, until the job has ended; NotFoundError if there is no such job."""
    path, read = where.job_dir(job_id) / LOG_NAME, 0
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")  # a look may end amid a character
    while True:
        job = store.jobs.get(job_id)  # before the look: what it wrote before its end is read once more
        if path.exists():
            with path.open("rb") as file:
                file.seek(read)
                content = file.read()
            read += len(content)
            sys.stdout.write(decoder.decode(content))
            sys.stdout.flush()
        if job.is_finished:
            say(f"Job {job_id} has ended: {job.state}. {job.failure or ''}".rstrip())
            return
        time.sleep(_SECONDS_BETWEEN_LOOKS)
