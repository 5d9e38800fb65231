"""Jobs: what there are, how one stands, and what people ask of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from mammo.commands._foreground import carry_out_here
from mammo.commands._job_log import follow_log, log_lines
from mammo.commands._job_words import (
    detail_lines,
    job_facts,
    job_line,
    job_result,
    queued_lines,
    result_lines,
)
from mammo.commands._output import Json, expected_failures, owner, show
from mammo.commands._settings import Values, parsed_values
from mammo.config import settings
from mammo.errors import ParameterError
from mammo.jobs.cloning import changed_config
from mammo.store import JobFilter, JobRecord, JobState, Store, open_store

app = typer.Typer(
    help="Jobs: list, show, cancel, pause, resume, retry, clone, move.", no_args_is_help=True, add_completion=False
)

JobId = Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="Number of the job.")]


@app.command("list")
@expected_failures
def list_all(
    state: Annotated[list[str] | None, typer.Option(help=f"{', '.join(JobState)}; repeat for more.")] = None,
    kind: Annotated[str | None, typer.Option(help="training, evaluation, import ...")] = None,
    of: Annotated[str | None, typer.Option("--owner", help="Whose jobs.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, max=10**6, help="The latest so many.")] = None,
    as_json: Json = False,
) -> None:
    """Jobs, the latest first."""
    records = open_store(settings()).jobs.list(JobFilter(_states(state), kind, of, limit))
    lines = [job_line(job) for job in records]
    show({"jobs": [job_facts(job) for job in records]}, lines or ["No such job."], as_json=as_json)


@app.command("show")
@expected_failures
def show_one(job_id: JobId, as_json: Json = False) -> None:
    """One job: its choices, its history, its scores."""
    store = open_store(settings())
    job, history = store.jobs.get(job_id), store.jobs.history(job_id)
    events = [
        {"at": event.at.isoformat(), "from": event.from_state, "to": event.to_state, "attempt": event.attempt,
         "by": event.by, "note": event.note}
        for event in history
    ]  # fmt: skip
    twin = store.jobs.same_as(job_id)
    shown = {
        **job_facts(job),
        "same_as": twin,
        "config": dict(job.config),
        "result": dict(job.result or {}),
        "history": events,
    }
    lines = [
        *detail_lines(job),
        *([] if twin is None else [f"  The same as job {twin}."]),
        *(f"  {event.at:%Y-%m-%d %H:%M:%S} UTC  {event.to_state}  {event.note or ''}" for event in history),
        *(result_lines(job) if job.result else []),
    ]
    show(shown, lines, as_json=as_json)


@app.command()
@expected_failures
def cancel(job_id: JobId, as_json: Json = False) -> None:
    """End a job; one that runs ends at its next safe point."""
    _ask(job_id, lambda store: store.jobs.cancel(job_id, by=owner()), as_json=as_json)


@app.command()
@expected_failures
def pause(
    job_id: JobId,
    reason: Annotated[str, typer.Option(help="Kept in its history.")] = "paused by a person",
    as_json: Json = False,
) -> None:
    """Take a job out of the queue until it is resumed; one that runs writes a checkpoint first."""
    _ask(job_id, lambda store: store.jobs.request_pause(job_id, by=owner(), reason=reason), as_json=as_json)


@app.command()
@expected_failures
def resume(
    job_id: JobId,
    queue: Annotated[bool, typer.Option("--queue", help="Leave it to a worker, and return at once.")] = False,
    as_json: Json = False,
) -> None:
    """Go on with a job from its last checkpoint, in this terminal or by a worker."""
    store = open_store(settings())
    if queue:
        store.jobs.resume(job_id, by=owner())
        _show_queued(store, store.jobs.get(job_id), as_json=as_json)
        return
    finished = carry_out_here(store, job_id)
    show(job_result(finished), result_lines(finished), as_json=as_json)


@app.command()
@expected_failures
def retry(job_id: JobId, as_json: Json = False) -> None:
    """Submit a failed or cancelled job again, as a job of its own."""
    store = open_store(settings())
    _show_queued(store, store.jobs.retry(job_id, by=owner()), as_json=as_json)


@app.command()
@expected_failures
def clone(job_id: JobId, values: Values = None, as_json: Json = False) -> None:
    """Submit a job like another one, with other settings if you like."""
    store = open_store(settings())
    config = changed_config(store, store.jobs.get(job_id), parsed_values(values or []))
    _show_queued(store, store.jobs.clone(job_id, config, owner=owner()), as_json=as_json)


@app.command()
@expected_failures
def move(
    job_id: JobId,
    before: Annotated[int | None, typer.Option(min=1, max=2**31 - 1, help="Right before this job.")] = None,
    first: Annotated[bool, typer.Option("--first", help="Before all others.")] = False,
    last: Annotated[bool, typer.Option("--last", help="Behind all others.")] = False,
    as_json: Json = False,
) -> None:
    """Give a waiting job another place in the queue."""
    if (before is not None) + first + last != 1:
        raise ParameterError("Say where to: one of --before JOB, --first and --last.")
    store = open_store(settings())
    if before is not None:
        store.jobs.move(job_id, before, by=owner())
    else:
        (store.jobs.move_first if first else store.jobs.move_last)(job_id, by=owner())
    _show_queued(store, store.jobs.get(job_id), as_json=as_json)


@app.command()
@expected_failures
def priority(
    job_id: JobId,
    value: Annotated[int, typer.Argument(min=-1000, max=1000, metavar="N", help="The highest is served first.")],
    as_json: Json = False,
) -> None:
    """Let a waiting job be served before all of lower priority; 0 is usual. Write a negative one after ``--``."""
    store = open_store(settings())
    store.jobs.set_priority(job_id, value, by=owner())
    _show_queued(store, store.jobs.get(job_id), as_json=as_json)


@app.command()
@expected_failures
def log(
    job_id: JobId,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until the job has ended.")] = False,
    as_json: Json = False,
) -> None:
    """What a job's process has written."""
    store, where = open_store(settings()), settings()
    job = store.jobs.get(job_id)
    if follow and as_json:
        raise ParameterError("--follow writes lines as they come; it goes without --json.")
    if follow:
        follow_log(store, where, job_id)
        return
    lines = log_lines(where, job_id)
    show({"id": job_id, "lines": lines}, lines or [f"Job {job_id} is {job.state} and has no log yet."], as_json=as_json)


def _ask(job_id: int, act: Callable[[Store], JobState], *, as_json: bool) -> None:
    store = open_store(settings())
    state = act(store)
    says = f"Job {job_id} is {state}."
    if state in {JobState.STARTING, JobState.RUNNING}:
        says = f"Job {job_id} is asked to pause; its worker writes a checkpoint first."
    elif state == JobState.CANCELLING:
        says = f"Job {job_id} is being cancelled; its worker ends it at the next safe point."
    show(job_facts(store.jobs.get(job_id)), [says], as_json=as_json)


def _show_queued(store: Store, job: JobRecord, *, as_json: bool) -> None:
    show(job_facts(job), queued_lines(store, job), as_json=as_json)


def _states(names: list[str] | None) -> set[JobState] | None:
    unknown: Any = next((name for name in names or [] if name not in set(JobState)), None)
    if unknown is not None:
        raise ParameterError(f"There is no state named {unknown!r}; known are: {', '.join(JobState)}.")
    return {JobState(name) for name in names} if names else None
