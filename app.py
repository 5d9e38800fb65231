"""The dashboard: the page's set-up and the table of pages."""

import streamlit as st

from mammo.ui import frame

st.set_page_config(page_title="Mammo", page_icon=frame.STATIC / "favicon.png", layout="wide")
page = st.navigation(
    {
        "": [st.Page("pages/overview.py", title="Overview", icon=":material/space_dashboard:", default=True)],
        "Prepare": [
            st.Page("pages/data_sets.py", title="Data sets", icon=":material/photo_library:"),
            st.Page("pages/contrast.py", title="Contrast", icon=":material/contrast:"),
            st.Page("pages/augmentation.py", title="Augmentation", icon=":material/transform:"),
        ],
        "Learn": [
            st.Page("pages/training.py", title="Training", icon=":material/model_training:"),
            st.Page("pages/results.py", title="Results", icon=":material/grid_on:"),
            st.Page("pages/predict.py", title="Predict", icon=":material/upload_file:"),
            st.Page("pages/paper.py", title="Paper", icon=":material/article:"),
        ],
    }
)
with frame.mounted():
    page.run()
