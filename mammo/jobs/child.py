"""The process of one job: ``python -m mammo.jobs.child JOB ATTEMPT``, started by a worker and never outliving it.

Without arguments it is a spare: it loads what most jobs compute with, says READY on standard output, and waits for one
line on standard input that names its job. It has no database open and no GPU in use before that.

It ends with its worker, by two ways: the kernel kills it, also where it is stopped or stuck; and standard input is a
pipe that the worker holds open, which tells the same where the kernel can't. What it starts must end with it likewise.
SIGTERM asks for a checkpoint and an orderly end.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from importlib import import_module
from pathlib import Path

from mammo.config import settings
from mammo.errors import JobStateError, MammoError
from mammo.jobs.carrying_out import carry_out_job, has_lost_the_database
from mammo.jobs.spare import AHEAD, READY, TAKEN
from mammo.processes import end_with_parent
from mammo.store import open_store

RECORDED = 3  # exit code: the job ended otherwise than well, or is another attempt's now; the database says which
UNHEARD = 4  # exit code: the database did not serve, and knows nothing of this end
LOG_NAME = "log.txt"
_LOCK_SECONDS = 600  # a database that others hold for long keeps a job waiting; it is no reason to fail


def main(job_id: int, attempt: int) -> int:
    """Carry out a claimed job; return the exit code."""
    where = settings()
    _log_to(where.job_dir(job_id), attempt)
    logger = logging.getLogger(__name__)
    _end_with_the_worker()
    released = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: released.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole terminal; the worker tells what to do
    last_note = ""

    def listener(share: float, note: str) -> None:
        nonlocal last_note
        if note != last_note:
            logger.info("%d %%, %s", int(100 * share), note)
            last_note = note

    try:
        store = open_store(where, lock_seconds=_LOCK_SECONDS)
        job = carry_out_job(store, where, job_id, attempt, listener, released)
    except JobStateError as error:
        logger.warning("%s This process ends.", error)
        return RECORDED
    except MammoError as error:
        if has_lost_the_database(error):
            logger.warning("%s This process ends; the job goes on from its last checkpoint.", error)
            return UNHEARD
        return RECORDED  # its sentence is in the log and in the database
    except Exception:
        logger.exception("The job failed by a fault of the program.")
        return RECORDED
    logger.info("The job is %s.", job.state)
    return 0


def _log_to(folder: Path, attempt: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(folder / LOG_NAME)
    layout = f"%(asctime)s  %(levelname)-7s  attempt {attempt}  %(message)s"
    handler.setFormatter(logging.Formatter(layout, "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _end_with_the_worker() -> None:
    end_with_parent()

    def watch() -> None:
        os.read(0, 1)  # returns when the worker's end of the pipe is closed, by whatever death
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, name="worker watch", daemon=True).start()


def wait_for_a_job() -> tuple[int, int]:
    """Load what jobs need and wait; return the job and the attempt that this process is told to carry out."""
    end_with_parent()
    for name in AHEAD:
        import_module(name)
    os.write(1, READY)
    order = json.loads(_line_of_input())
    answers, log = os.dup(1), os.open(order["log"], os.O_WRONLY | os.O_APPEND)
    for output in (1, 2):
        os.dup2(log, output)
    os.close(log)
    os.write(answers, TAKEN)
    os.close(answers)
    return order["job"], order["attempt"]


def _line_of_input() -> bytes:
    """The next line, and no byte more; this process ends if there is none."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit(0)  # the worker is gone
        line += byte
    return line


if __name__ == "__main__":
    sys.exit(main(*(map(int, sys.argv[1:3]) if sys.argv[1:] else wait_for_a_job())))
