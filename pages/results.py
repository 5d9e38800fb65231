"""From a confusion matrix to one image: click a cell, see its images with heat maps, open one."""

import streamlit as st

from mammo.ui import finished_jobs, frame, messages, results_view

frame.enter("pages/results.py")

with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    st.title("Results", anchor=False, width="content")
    job = finished_jobs.choose_training()
if job is None:
    finished_jobs.show_no_training("this page shows its results")
    st.stop()
with messages.errors_shown():
    results_view.show_results(job)
