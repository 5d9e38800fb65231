"""What validation taught is learnt again where it could not be kept; nothing else depends on it."""

import errno
import os

import pytest

from mammo.jobs import lessons
from mammo.jobs.lessons import lessons_of_job
from mammo.prediction.lessons_file import read_lessons

pytestmark = pytest.mark.slow


def test_a_full_disk_keeps_no_lessons_and_breaks_nothing(small_home, monkeypatch, caplog):
    job = small_home.trained()
    folder = small_home.where.job_dir(job.id)
    known = read_lessons(folder)
    (folder / "lessons.json").unlink()

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(lessons, "write_lessons", full)
        assert lessons_of_job(small_home.store, small_home.where, job) == known
    assert f"The lessons of job {job.id} could not be kept (No space left on device)" in caplog.text
    assert lessons_of_job(small_home.store, small_home.where, job) == read_lessons(folder) == known
