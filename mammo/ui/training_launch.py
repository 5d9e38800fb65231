"""Starting a training: one job however often the button is pressed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from uuid import uuid4

import streamlit as st

from mammo.store import NewJob
from mammo.training.config import TrainingConfig
from mammo.ui import cache, messages, people
from mammo.ui.training_data import DataChoice, new_split

JOB = "job"  # name in the address
_FORM = "training.form"  # one opened form; it lasts until its job is looked at


def new_job(config: TrainingConfig, choice: DataChoice, cloned_from: int | None) -> NewJob:
    """The job that the form describes now; pressed twice, it is made once."""
    form = st.session_state.setdefault(_FORM, uuid4().hex)
    content = json.dumps([form, config.to_dict(), choice.data_set, choice.split, cloned_from], sort_keys=True)
    return NewJob(
        kind="training",
        config=config.to_dict(),
        owner=people.current_person(),
        data_set=choice.data_set,
        split=choice.split,
        idempotency_key=f"form {hashlib.sha256(content.encode()).hexdigest()[:32]}",
        cloned_from=cloned_from,
    )


def launch(job: NewJob) -> None:
    """Put the job into the queue and show it. For a button's callback."""
    store = cache.store()
    config = TrainingConfig.of(job.config)
    with messages.errors_shown():
        if job.split is None and job.data_set is not None and not config.folds:
            made = store.splits.add(job.data_set, new_split(job.data_set, config), by=job.owner)
            job = replace(job, split=made.name)
        show_job(store.jobs.submit(job).id)


def close_form() -> None:
    """The next form is another one: its button makes another job."""
    st.session_state.pop(_FORM, None)


def show_job(job_id: int) -> None:
    """Go to one job's view. For a button's callback."""
    st.query_params.from_dict({JOB: str(job_id)})
