"""How commands tell of jobs: as JSON for scripts, as lines for people."""

from __future__ import annotations

from typing import Any

from mammo.commands._output import RESEARCH_USE
from mammo.evaluation.evaluation import Evaluation
from mammo.evaluation.wording import summary_lines
from mammo.store import JobRecord, JobState, Store

_RESUMABLE = {JobState.QUEUED, JobState.PAUSED, JobState.HELD}


def job_facts(job: JobRecord) -> dict[str, Any]:
    """What every command about a job prints of it with ``--json``."""
    return {
        "id": job.id,
        "kind": job.kind,
        "status": job.state,
        "progress": job.progress,
        "attempts": job.attempt,
        "data_set": job.data_set,
        "split": job.split,
        "owner": job.owner,
        "priority": job.priority,
        "cloned_from": job.cloned_from,
        "note": job.note,
        "reason": job.reason,
        "usage": dict(job.usage or {}),
        "scores": (job.result or {}).get("test", {}).get("scores", {}),
        "error": job.failure,
        "advice": job.advice,
    }


def job_line(job: JobRecord) -> str:
    """One job in a list."""
    what = " on ".join(filter(None, (job.config.get("model") or job.kind, job.data_set)))
    return f"{job.id:>6}  {job.state:<10}  {100 * job.progress:>3.0f} %  {what}  {job.owner}"


def detail_lines(job: JobRecord) -> list[str]:
    """What a job is, where it stands, why, and what can be done."""
    what = f"{job.kind} on {job.data_set}" if job.data_set else job.kind
    return [
        f"Job {job.id}: {what}, {job.state}, {100 * job.progress:.0f} %, attempt {job.attempt}",
        *(f"  {sentence}" for sentence in (job.failure, job.advice, job.reason, _usage_line(job)) if sentence),
    ]


def _usage_line(job: JobRecord) -> str:
    """What a job in hand takes of the machine, and whose it is."""
    usage = job.usage or {}
    words = [f"{usage['cpu_percent']:.0f} % of a core"] if "cpu_percent" in usage else []
    memories = {"memory_bytes": "memory", "gpu_memory_bytes": "GPU memory"}
    words += [f"{usage[name] / 1e9:.1f} GB of {label}" for name, label in memories.items() if name in usage]
    return f"{job.owner}'s job takes {', '.join(words)}." if words and not job.is_finished else ""


def queued_lines(store: Store, job: JobRecord) -> list[str]:
    """Where a submitted job stands, and how to watch it."""
    if job.state != JobState.QUEUED:
        return [f"Job {job.id} is {job.state}."]
    order = [waiting.id for waiting in store.jobs.queue()]
    before = order.index(job.id) if job.id in order else 0
    twin = store.jobs.same_as(job.id)
    return [
        f"Job {job.id} is queued, {before or 'no'} {'job' if before == 1 else 'jobs'} before it.",
        *([] if twin is None else [f"It is the same as job {twin}."]),
        f"Watch it with: python -m mammo jobs log {job.id} --follow",
        "A worker carries it out: the dashboard brings one along, or start: python -m mammo worker",
    ]


def job_result(job: JobRecord) -> dict[str, Any]:
    """What ``train --json`` prints."""
    result = job.result or {}
    test = result.get("test", {})
    return {
        "job": job.id,
        "status": job.state,
        "model": job.config.get("model"),
        "best": result.get("validation", {}).get("scores", {}).get("balanced_accuracy"),
        "scores": test.get("scores", {}),
        "test": test,
        "position_control": result.get("position_control"),
        "notes": result.get("notes", []),
    }


def result_lines(job: JobRecord) -> list[str]:
    """The end of a job for a person."""
    lines = [f"Job {job.id} {'has' if job.state == JobState.SUCCEEDED else 'is'} {job.state}."]
    if job.state in _RESUMABLE:
        return [*lines, f"Go on with: python -m mammo jobs resume {job.id}"]
    if not job.result:
        return lines
    for part, title in (("test", "Test"), ("position_control", "Control: normal regions at random places")):
        if part in job.result:
            lines += ["", title, *summary_lines(Evaluation.from_json(job.result[part]))]
    return [*lines, "", *job.result.get("notes", []), RESEARCH_USE]
