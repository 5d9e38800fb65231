"""Does a training still tell the classes when the breast is blanked out? Asked by a job, since films are read."""

from __future__ import annotations

import streamlit as st

from mammo.audits.background import BackgroundControl
from mammo.audits.shortcut_radar import Light
from mammo.store import JobFilter, JobRecord, NewJob
from mammo.ui import cache, charts, numbers, people, theme
from mammo.ui.audit_job import AuditOffer, succeeded_job
from mammo.ui.traffic_light import show_light

_KIND = "background_control"
_REMEMBERED = 200  # controls among which those of this training are sought
_WORDS: dict[Light, str] = {
    "red": "Found out",
    "amber": "A little from the background",
    "green": "Nothing from the background",
    "unknown": "Not judged",
}
_TO_DO = "Train again with the background black, and seek shortcuts on the Data sets page."


def show_background(job: JobRecord) -> None:
    """What the latest control found, how far it is, or the way to start one."""
    st.markdown(
        "A model that still tells the classes when everything inside the breast is blanked out has learnt something "
        "else: a label, a scanner's frame, how the film was cut."
    )
    if job.config.get("region", "none") != "none":
        st.info("This training judges squares cut out of films; they have no background.", icon=":material/crop:")
        return
    controls = _controls(job)
    offer = AuditOffer(
        "Blank the breast out",
        ":material/background_replace:",
        "Asks the model for its test images again, without the breast and without the rest.",
        lambda: NewJob(
            _KIND,
            {"job": job.id},
            people.current_person(),
            job.data_set,
            idempotency_key=f"{_KIND} {job.id} {len(controls)}",
        ),
    )
    done = succeeded_job(controls[0] if controls else None, offer)
    if done is not None:
        _show(BackgroundControl.from_json((done.result or {})["control"]))


def _controls(job: JobRecord) -> list[JobRecord]:
    """Controls of a training, the latest first."""
    jobs = cache.store().jobs.list(JobFilter(kind=_KIND, limit=_REMEMBERED))
    return [one for one in jobs if one.config.get("job") == job.id]


def _show(control: BackgroundControl) -> None:
    shown = {
        "The whole film": control.whole,
        "The breast alone": control.breast_only,
        "The background alone": control.background_only,
    }
    alt = ", ".join(f"{label}: AUC {interval}" for label, interval in shown.items())
    charts.show(charts.score_figure(shown, theme.current()), alt=alt, key="audits.background")
    is_bad = control.light in {"red", "amber"}
    show_light(control.light, _WORDS[control.light], str(control), _TO_DO if is_bad else "")
    images, women = numbers.counted(control.images, "test image"), numbers.counted(control.women, "woman", "women")
    empty = (
        f" In {control.without_background} of them nothing lies beside the breast."
        if control.without_background
        else ""
    )
    st.caption(
        f"Mean one-vs-rest AUC on {images} of {women}; 0.5 is chance, intervals by drawing women.{empty} A breast that "
        "is blanked out is as gray as the median beside it; its size may still be guessed from what is left."
    )
