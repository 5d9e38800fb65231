"""Train."""

import streamlit as st

from mammo.ui import frame

frame.enter("pages/training.py")
st.title("Training", anchor=False)
