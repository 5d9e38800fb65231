"""What a page shows while there is nothing yet to show."""

from __future__ import annotations

import streamlit as st


def show_no_data_set(purpose: str) -> None:
    """There are no films yet; ``purpose`` is what the page would show of them."""
    st.info(f"This server holds no data set yet. Once it does, this page shows {purpose}.", icon=":material/info:")
    st.page_link("pages/overview.py", label="See the next step on Overview", icon=":material/space_dashboard:")
