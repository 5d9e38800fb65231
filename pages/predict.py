"""Bring an image, get an explained prediction: or one sentence that says why not."""

import streamlit as st

from mammo.ui import finished_jobs, frame, predict_view

frame.enter("pages/predict.py")

with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    st.title("Predict", anchor=False, width="content")
    job = finished_jobs.choose_training(label="Model")
if job is None:
    finished_jobs.show_no_training("its model judges the images that you bring here")
    st.stop()
predict_view.show_predictions(job)
