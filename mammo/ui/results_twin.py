"""The leakage twin of a training: one click trains its recipe by image and by patient split, and tells the premium."""

from __future__ import annotations

import streamlit as st

from mammo.audits.leakage_twin import LeakPremium
from mammo.audits.shortcut_radar import Light
from mammo.evaluation.scores import SCORES, scores_for
from mammo.jobs.leakage_twin import (
    LeakageTwin,
    TwinRecipe,
    find_twin,
    missing_trainings,
    premium_of,
    queue_twin,
    recipe_of_job,
)
from mammo.store import JobRecord, JobState
from mammo.ui import cache, charts, messages, numbers, people, theme
from mammo.ui.kept_choice import kept_choice
from mammo.ui.traffic_light import show_light

_SEEDS = (1, 3, 5, 10)
_USUAL_SEEDS = 3
_REDRAWN_SECONDS = 3.0
_SCORES = ("top1", "balanced_accuracy", "auc_ovr_macro", "auc_abnormal", "auc_malignant")
_WORDS: dict[Light, str] = {"amber": "Leakage", "green": "No leak told", "unknown": "Not judged"}
_TO_DO = "Report the scores by patient split. Those by image split are praise for remembering women."


def show_twin(job: JobRecord) -> None:
    """The pairs that there are with their premium, and the way to queue more."""
    st.markdown(
        "Films of one woman resemble each other. Where a split puts some of them into training and others into test, a "
        "model can score by remembering her. The twin trains the same recipe both ways and measures what that adds."
    )
    with messages.errors_shown():
        recipe = recipe_of_job(cache.store(), job)
        twin = find_twin(cache.store(), recipe)
        if twin.pairs:
            st.fragment(_follow, run_every=None if twin.is_finished else _REDRAWN_SECONDS)(twin)
        _offer(job, recipe, twin)


def _follow(seen: LeakageTwin) -> None:
    twin = find_twin(cache.store(), seen.recipe)
    if twin.is_finished != seen.is_finished:
        st.rerun()  # the whole page, which then stops following
    ended = sum(one.is_finished for one in twin.jobs)
    if not twin.is_finished:
        done = sum(1.0 if one.is_finished else one.progress for one in twin.jobs) / len(twin.jobs)
        st.progress(min(max(done, 0.0), 1.0), text=f"{ended} of {len(twin.jobs)} trainings have ended")
    _show_premium(twin)
    with st.expander(f"The {len(twin.jobs)} trainings", icon=":material/account_tree:"):
        for pair in twin.pairs:
            with st.container(horizontal=True, gap="medium"):
                st.markdown(f"Seed {pair.image.config['seed']}", width="content")
                _link(pair.image, "by image")
                _link(pair.patient, "by patient")


def _link(job: JobRecord, side: str) -> None:
    page = "results" if job.state == JobState.SUCCEEDED else "training"
    label = f"Job {job.id}, {side}: {job.state.value}"
    st.page_link(f"pages/{page}.py", label=label, query_params={"job": str(job.id)}, width="content")


def _show_premium(twin: LeakageTwin) -> None:
    done = [pair for pair in twin.pairs if pair.has_succeeded]
    if not done:
        st.caption("The premium is told as soon as one pair has succeeded on both sides.")
        return
    offered = {score.name for score in scores_for(tuple((done[0].image.model or {})["class_names"]))}
    names = [name for name in _SCORES if name in offered]
    score = kept_choice("Score", names, key="premium", width=300, in_words=lambda name: SCORES[name].label)
    premium = _premium(f"{[job.id for pair in done for job in (pair.image, pair.patient)]}", score, twin)
    if premium is None:
        st.info("These trainings have no test images, so that no premium can be told.")
        return
    shown = {"By image split": premium.image_split, "By patient split": premium.patient_split}
    alt = ", ".join(f"{label}: {interval}" for label, interval in shown.items())
    charts.show(charts.score_figure(shown, theme.current()), alt=alt, key="audits.twin")
    light = _light(premium)
    show_light(light, _WORDS[light], str(premium), _TO_DO if light == "amber" else "")
    women, pairs = numbers.counted(premium.women, "woman", "women"), numbers.counted(len(done), "pair")
    st.caption(
        f"Mean of {pairs} of trainings, tested on {women} in all; intervals by drawing women. One pair alone may be "
        "luck of its seed: more seeds average that out."
    )


def _light(premium: LeakPremium) -> Light:
    if premium.premium.low is None:
        return "unknown"
    return "amber" if premium.premium.low > 0 else "green"


@st.cache_data(max_entries=64, show_spinner="Drawing women for the premium")
def _premium(key: str, score: str, _twin: LeakageTwin) -> LeakPremium | None:  # noqa: ARG001 - names the jobs
    return premium_of(cache.store(), _twin, score)


def _offer(job: JobRecord, recipe: TwinRecipe, twin: LeakageTwin) -> None:
    """Choose how many seeds, see how many trainings that takes, queue them."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        first = _SEEDS.index(_USUAL_SEEDS)
        seeds = int(st.selectbox("Seeds", _SEEDS, first, key=f"twin.seeds.{job.id}", width=100))
        missing = missing_trainings(cache.store(), recipe, seeds)
        label = "Train more of the twin" if twin.pairs else "Train the twin"
        clicked = st.button(label, icon=":material/call_split:", disabled=not missing)
    st.caption(_cost(job, missing))
    if clicked:
        queue_twin(cache.store(), recipe, seeds=seeds, by=people.current_person())
        st.rerun()


def _cost(job: JobRecord, missing: int) -> str:
    if not missing:
        return "The trainings of these seeds are done or under way."
    trainings = numbers.counted(missing, "training")
    if job.attempt != 1 or job.started_at is None or job.finished_at is None:
        return f"Queues {trainings}."
    seconds = (job.finished_at - job.started_at).total_seconds()
    return f"Queues {trainings}; one like them took {numbers.duration(seconds)}."
