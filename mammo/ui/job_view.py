"""One job: how far it is, what it has logged, what came of it, where it comes from."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from mammo.config import settings
from mammo.errors import NotFoundError
from mammo.evaluation.evaluation import Evaluation
from mammo.evaluation.scores import SCORES
from mammo.store import JobRecord, JobState, Store
from mammo.ui import cache, charts, job_actions, job_lineage, job_table, job_training_view, theme
from mammo.ui.job_log import log_tail
from mammo.ui.job_times import clock, promised_end
from mammo.ui.plain_text import plain
from mammo.ui.training_launch import JOB

FOLLOW = "follow"
_POLL_SECONDS = 2  # a look costs about 30 ms of a core: twenty open pages a third of one
_SCORES = ("balanced_accuracy", "top1", "mean_ovr_accuracy", "macro_f1", "auc_abnormal")
_LARGEST_ID = 2**31 - 1

Stage = tuple[JobState, int]  # what decides which parts the page has


def asked_job(store: Store) -> JobRecord:
    """The job that the page's address names; NotFoundError if there is none."""
    text = st.query_params.get(JOB, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _LARGEST_ID):
        raise NotFoundError("The address names no job of this server. The table of jobs shows all there are.")
    return store.jobs.get(int(text))


def show_asked_job(store: Store) -> None:
    """The job that the address names, or a sentence if there is none."""
    try:
        job = asked_job(store)
    except NotFoundError as error:
        st.title("No such job", anchor=False)
        st.error(plain(str(error)), icon=":material/block:")
        return
    show_job(job)


def show_job(job: JobRecord) -> None:
    """The whole view; its live part is drawn anew while the job is in hand."""
    store = cache.store()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.title(f"Job {job.id}", anchor=False, width="content")
        for action in (job_actions.PAUSE, job_actions.RESUME, job_actions.CANCEL):
            job_actions.show_action(action, job, "job")
        job_actions.show_retry(job, "job")
        if job.kind == "training":
            _offer_clone(job)
            if job.state == JobState.SUCCEEDED:
                query = {JOB: str(job.id)}
                st.page_link("pages/results.py", label="See its results", icon=":material/grid_on:", query_params=query)
        follows = job.state in job_table.ACTIVE and st.toggle(
            "Follow", value=True, key=FOLLOW, bind="query-params", help="Off: the view stands still; the job goes on."
        )
    st.caption(_facts(job))
    st.fragment(_show_live, run_every=_POLL_SECONDS if follows else None)(job.id, (job.state, job.attempt))
    if job.result:
        _show_result(job)
    with st.expander("Lineage", icon=":material/account_tree:", expanded=job.is_finished):
        job_lineage.show_lineage(store, job)
    with st.expander("History", icon=":material/history:"):
        job_lineage.show_history(store, job)


def _offer_clone(job: JobRecord) -> None:
    query = {"clone": str(job.id), "data_set": job.data_set or "", "split": job.split or ""}
    st.page_link("pages/training.py", label="Clone with changes", icon=":material/content_copy:", query_params=query)


def _facts(job: JobRecord) -> str:
    words = [job_table.what(job), f"split {job.split}" if job.split else "", f"by {job.owner}"]
    return " · ".join(plain(word) for word in words if word) + f" · submitted {clock(job.created_at)}"


def _show_live(job_id: int, stage: Stage) -> None:
    store = cache.store()
    job = store.jobs.get(job_id)
    if (job.state, job.attempt) != stage:
        st.rerun()
    _show_state(store, job)
    if job.kind == "training":
        job_training_view.show_metrics(store, job)
    text = log_tail(settings().job_dir(job.id) / "log.txt")
    with st.expander("Log", icon=":material/terminal:"):
        if text:
            st.code(text, language=None, height=260)
        else:
            st.caption("No log yet.")


def _show_state(store: Store, job: JobRecord) -> None:
    match job.state:
        case JobState.FAILED:
            sentence = " ".join(plain(part) for part in (job.failure, job.advice) if part)
            st.error(sentence or "The job failed.", icon=":material/error:")
            _offer_smaller_batch(job)
        case JobState.QUEUED:
            earlier = [one.id for one in store.jobs.queue()]
            place = earlier.index(job.id) + 1 if job.id in earlier else 1
            st.progress(job.progress, text=f"Waiting in the queue, place {place}; a worker takes it when one is free.")
        case JobState.SUCCEEDED | JobState.CANCELLED:
            ended = f" {clock(job.finished_at)}" if isinstance(job.finished_at, datetime) else ""
            st.progress(job.progress, text=f"{job.state.value.capitalize()}{ended}")
        case JobState.PAUSED | JobState.HELD:
            st.progress(job.progress, text=f"{job.state.value.capitalize()}: {plain(job.reason or '')}")
        case _:
            words = (job.state.value.capitalize(), plain(job.note or ""), promised_end(job), _usage(job))
            st.progress(job.progress, text=" · ".join(word for word in words if word))


def _usage(job: JobRecord) -> str:
    """What the job takes of the machine, as its worker has told."""
    usage = job.usage or {}
    words = [f"{usage['cpu_percent']:.0f}\N{NO-BREAK SPACE}% of a core"] if "cpu_percent" in usage else []
    for name, label in (("memory_bytes", "memory"), ("gpu_memory_bytes", "GPU memory")):
        if name in usage:
            words.append(f"{usage[name] / 1e9:.1f}\N{NO-BREAK SPACE}GB of {label}")
    return ", ".join(words)


def _offer_smaller_batch(job: JobRecord) -> None:
    batch = job.config.get("batch_size")
    if job.failure_kind != "out_of_memory" or not isinstance(batch, int) or batch < 4:
        return
    query = {"clone": str(job.id), "data_set": job.data_set or "", "split": job.split or ""}
    smaller = {**query, "set": f"batch_size={batch // 2}"}
    label = f"Clone with a batch size of {batch // 2}"
    st.page_link("pages/training.py", label=label, icon=":material/content_copy:", query_params=smaller)


def _show_result(job: JobRecord) -> None:
    result = job.result or {}
    part = next((part for part in ("test", "validation") if part in result), None)
    if part is not None and "n" in result[part]:
        evaluation = Evaluation.from_json(result[part])
        scores = {SCORES[name].label: evaluation.scores[name] for name in _SCORES if name in evaluation.scores}
        st.header(f"Scores on the {part} part", anchor=False)
        words = "; ".join(f"{label} {score}" for label, score in scores.items())
        charts.show(charts.score_figure(scores, theme.current()), alt=f"Scores: {words}", key="job.scores")
        st.caption(f"{evaluation.n} images of {evaluation.patients} women; lines are 95 % intervals over women.")
    st.caption("\n".join(f"- {plain(note)}" for note in result.get("notes", ())))
