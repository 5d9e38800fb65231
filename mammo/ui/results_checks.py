"""Can the heat maps of a training be trusted? Checks that a job has made, and a button that queues them."""

from __future__ import annotations

import streamlit as st

from mammo.explanation import CAM_METHODS
from mammo.jobs.known_trust import CHECK, checks_of, known_trust
from mammo.store import JobRecord, JobState, NewJob
from mammo.trust.heatmap_trust import HeatmapTrust
from mammo.ui import cache, people
from mammo.ui.drawn_beforehand import show_drawn_beforehand
from mammo.ui.plain_text import plain
from mammo.ui.results_lesion_maps import show_lesion_maps

_USUAL = ("grad_cam", "hires_cam", "layer_cam")


def show_checks(job: JobRecord) -> None:
    """What is known of each method, and what could be found out; of regions also the maps of whole films."""
    _show_checks(job)
    if job.config.get("region", "none") != "none":
        st.header("Lesion maps of whole films", anchor=False)
        show_lesion_maps(job)
    st.header("Drawn beforehand", anchor=False)
    show_drawn_beforehand(job)


def _show_checks(job: JobRecord) -> None:
    known = known_checks(job.id)
    for trust in known.values():
        with st.container(border=True):
            _show(trust)
    running = checks_of(cache.store(), job.id, {JobState.QUEUED, JobState.STARTING, JobState.RUNNING})
    if running:
        st.info(f"Job {running[0].id} is checking heat maps: {running[0].progress:.0%} done.", icon=":material/timer:")
        st.page_link("pages/training.py", label="Watch it", query_params={"job": str(running[0].id)})
        return
    if not known:
        st.markdown(
            "Nobody has checked these heat maps yet. A check compares them with maps of random weights, repeats them "
            "under a trifle of noise, removes what they mark, and looks whether they find the outlined lesions."
        )
    _offer(job, [name for name in CAM_METHODS if name not in known])


def known_checks(job_id: int) -> dict[str, HeatmapTrust]:
    """The latest check of each method of a training."""
    return known_trust(cache.store(), job_id)


def _show(trust: HeatmapTrust) -> None:
    label = CAM_METHODS[trust.method].label if trust.method in CAM_METHODS else trust.method
    if trust.failures:
        st.markdown(f":orange[:material/warning:] **{plain(label)}: not to be trusted**")
        st.markdown("\n".join(f"- {plain(failure)}" for failure in trust.failures))
    else:
        st.markdown(f":green[:material/verified:] **{plain(label)}: passed every check**")
    figures = {
        "Same map under a trifle of noise": trust.repeated,
        "Same map with random weights (low is good)": trust.like_random_weights,
        "Share inside lesions over chance": trust.over_chance,
        "Share inside lesions over random weights": trust.over_random_weights,
    }
    with st.container(horizontal=True, gap="medium"):
        for name, figure in figures.items():
            st.markdown(f":gray[{name}]  \n**{plain(str(figure))}**", width="content")
    st.caption(
        f"{trust.images} images of {trust.women} women, {trust.outlined} with an outlined lesion, {trust.blank} empty "
        f"maps. Removing what is marked moves the answer by {trust.faithfulness} more than removing at random (ROAD). "
        f"Hits of a lesion over the middle of the breast: {trust.over_center}."
    )


def _offer(job: JobRecord, methods: list[str]) -> None:
    if not methods:
        return
    chosen = st.multiselect(
        "Methods",
        methods,
        [name for name in _USUAL if name in methods],
        format_func=lambda name: CAM_METHODS[name].label,
        key=f"check.methods.{job.id}",
    )
    if st.button("Check heat maps", icon=":material/fact_check:", disabled=not chosen):
        config = {"job": job.id, "methods": chosen}
        key = f"{CHECK}-{job.id}-{','.join(sorted(chosen))}-{len(checks_of(cache.store(), job.id, set(JobState)))}"
        cache.store().jobs.submit(
            NewJob(CHECK, config, people.current_person(), data_set=job.data_set, idempotency_key=key)
        )
        st.rerun()
