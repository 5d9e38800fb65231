"""What takes long to make and is only read: one for all processes that run tests side by side."""

from __future__ import annotations

import fcntl
import os
import shutil


def made_once(tmp_path_factory, name, make):
    """A folder that ``make`` has filled for the first process that asked for it in this run; the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of one that failed
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
