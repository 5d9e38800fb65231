"""Jobs: what there are, how one stands, going on with one."""

from __future__ import annotations

from typing import Any

import typer

from mammo.commands._output import Json, expected_failures, show
from mammo.commands.train import carry_out_here, job_result, result_lines
from mammo.config import settings
from mammo.store import JobRecord, open_store

app = typer.Typer(help="Jobs: list, show, resume.", no_args_is_help=True)


@app.command("list")
@expected_failures
def list_all(as_json: Json = False) -> None:
    """All jobs, the latest first."""
    records = open_store(settings()).jobs.list()
    lines = [f"{job.id}  {job.kind}  {job.state}  {100 * job.progress:.0f} %  {job.data_set or ''}" for job in records]
    show({"jobs": [_facts(job) for job in records]}, lines or ["No job yet."], as_json=as_json)


@app.command("show")
@expected_failures
def show_one(job_id: int, as_json: Json = False) -> None:
    """One job: its choices, its history, its scores."""
    store = open_store(settings())
    job, history = store.jobs.get(job_id), store.jobs.history(job_id)
    events = [
        {"at": event.at.isoformat(), "from": event.from_state, "to": event.to_state, "attempt": event.attempt,
         "by": event.by, "note": event.note}
        for event in history
    ]  # fmt: skip
    shown = {**_facts(job), "config": dict(job.config), "result": dict(job.result or {}), "history": events}
    lines = [
        f"Job {job.id}: {job.kind} on {job.data_set}, {job.state}, {100 * job.progress:.0f} %, attempt {job.attempt}",
        *(f"  {event.at:%Y-%m-%d %H:%M:%S} UTC  {event.to_state}  {event.note or ''}" for event in history),
        *([f"  {job.failure}", f"  {job.advice or ''}"] if job.failure else []),
        *(result_lines(job) if job.result else []),
    ]
    show(shown, lines, as_json=as_json)


@app.command()
@expected_failures
def resume(job_id: int, as_json: Json = False) -> None:
    """Go on with a job in this terminal, from its last checkpoint."""
    finished = carry_out_here(open_store(settings()), job_id)
    show(job_result(finished), result_lines(finished), as_json=as_json)


def _facts(job: JobRecord) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "status": job.state,
        "progress": job.progress,
        "attempts": job.attempt,
        "data_set": job.data_set,
        "split": job.split,
        "owner": job.owner,
        "scores": (job.result or {}).get("test", {}).get("scores", {}),
        "error": job.failure,
    }
