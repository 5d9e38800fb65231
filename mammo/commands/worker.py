"""Carrying out queued jobs."""

from __future__ import annotations

import logging
import signal
from typing import Annotated

import typer

from mammo.commands._output import Json, expected_failures, say, show
from mammo.config import settings
from mammo.jobs.nvml import Nvml
from mammo.jobs.slots import slot_named
from mammo.jobs.worker import WorkerLoop
from mammo.store import open_store


@expected_failures
def worker(
    device: Annotated[str, typer.Option(help="auto, cpu, cuda:N, or several: cuda:0,cuda:1.")] = "auto",
    until_idle: Annotated[bool, typer.Option("--until-idle", help="End when nothing is queued or running.")] = False,
    as_json: Json = False,
) -> None:
    """Carry out queued jobs, one at a time; Ctrl-C lets the job in hand keep a checkpoint and go back to the queue."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s  %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    gpus = Nvml()
    slot = slot_named(device, gpus)
    store = open_store(settings())
    loop = WorkerLoop(store, settings(), slot, gpus)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: loop.stop())
    say(f"Worker on {slot.label}, process {loop.identity.pid}. Ctrl-C ends it.")
    loop.carry_on(until_idle=until_idle)
    jobs = [{"id": job_id, "status": store.jobs.get(job_id).state} for job_id in loop.done]
    show({"device": slot.name, "jobs": jobs}, [f"{len(jobs)} jobs were worked on here."], as_json=as_json)
