"""Start a training and see its cost before; follow jobs, one of them live; cancel, pause, resume, clone."""

import streamlit as st

from mammo.ui import cache, empty_state, frame, job_queue_view, job_view, new_training_view
from mammo.ui.training_launch import JOB

frame.enter("pages/training.py")

store = cache.store()
if JOB in st.query_params:
    st.page_link("pages/training.py", label="All jobs and a new training", icon=":material/arrow_back:")
    new_training_view.close_form()
    job_view.show_asked_job(store)
else:
    has_data = bool(store.data_sets.list())
    form = new_training_view.show_form() if has_data else None
    if not has_data:
        st.title("Training", anchor=False)
        empty_state.show_no_data_set("what a training on it would cost, and starts it")
    job_queue_view.show_queue()
    if form is not None:
        new_training_view.show_cost(form)
