"""Does anything beside the breast tell the class? Sought by a job, since every film must be read."""

from __future__ import annotations

import streamlit as st

from mammo.audits.shortcut_radar import PROBES, Light, ProbeResult
from mammo.jobs.shortcuts import RadarReport
from mammo.store import DataSetRecord, JobFilter, JobRecord, NewJob
from mammo.ui import cache, numbers, people
from mammo.ui.audit_job import AuditOffer, succeeded_job
from mammo.ui.traffic_light import show_light

KIND = "shortcuts"
_REMEMBERED = 200  # searches among which those of this data set are sought
_WORDS: dict[Light, str] = {
    "red": "Shortcut",
    "amber": "Weak shortcut",
    "green": "No shortcut",
    "unknown": "Not judged",
}
_TO_DO = {
    "scanner": "Read a training's scores within scanner, on Results under Audits, before you believe its scores.",
    "border": "Train with the background black or the film cut to the breast; ask a training for its background "
    "control, on Results under Audits.",
    "size": "Cut films to the breast before they are resized, so that their size and shape are gone.",
    "file": "A network doesn't see the file, but look whether films of one class were stored or edited otherwise.",
}


def show_shortcuts(record: DataSetRecord) -> None:
    """What the latest search found, how far it is, or the way to start one."""
    jobs = _searches(record)
    offer = AuditOffer(
        "Seek shortcuts",
        ":material/radar:",
        "Tries to tell the class from the scanner, the border, the size and the file alone. Every film is read.",
        lambda: NewJob(KIND, {}, people.current_person(), record.name, idempotency_key=_key(record, len(jobs))),
    )
    job = succeeded_job(jobs[0] if jobs else None, offer)
    if job is not None:
        _show(RadarReport.from_json(job.result or {}))


def _searches(record: DataSetRecord) -> list[JobRecord]:
    """Searches in the data set as it is now, the latest first."""
    jobs = cache.store().jobs.list(JobFilter(kind=KIND, limit=_REMEMBERED))
    wanted = (record.name, record.fingerprint)
    return [job for job in jobs if (job.data_set, job.data_set_fingerprint) == wanted]


def _key(record: DataSetRecord, before: int) -> str:
    return f"{KIND} {record.name} {record.fingerprint} {before}"


def _show(report: RadarReport) -> None:
    order: tuple[Light, ...] = ("red", "amber", "unknown", "green")
    for one in sorted(report.probes, key=lambda one: order.index(one.light)):
        show_light(one.light, _WORDS[one.light], str(one), _to_do(one))
    films, women = numbers.counted(report.films, "film"), numbers.counted(report.women, "woman", "women")
    st.caption(
        f"Shortcuts were sought in {films} of {women}; classes by the {report.label_policy} label. "
        f"{len(PROBES)} kinds of facts were tried, p after Holm for all of them; intervals by drawing women."
    )


def _to_do(one: ProbeResult) -> str:
    return _TO_DO[one.probe] if one.light in {"red", "amber"} else ""
