"""Add a data set, look through its films, see what is wrong with it, divide it into parts."""

import streamlit as st

from mammo.ui import (
    cache,
    data_set_audits,
    data_set_balance,
    data_set_filters,
    data_set_grid,
    data_set_import,
    data_set_import_status,
    data_set_lists,
    data_set_split,
    data_set_woman,
    frame,
    messages,
)

frame.enter("pages/data_sets.py")

records = cache.store().data_sets.list()
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    st.title("Data sets", anchor=False, width="content")
    st.button("Add", icon=":material/add:", type="primary", on_click=data_set_import.open_dialog)
    if records:
        record = data_set_filters.choose_data_set(records)
        split = data_set_filters.choose_split(record)
        wanted = data_set_filters.choose_films(record, split)
data_set_import.show_dialog()
data_set_import_status.show_imports()
if not records:
    data_set_import.show_first_steps()
    st.stop()

if woman := st.query_params.get(data_set_filters.WOMAN):
    data_set_woman.show_woman(record, woman, wanted)
    st.stop()

films, panel = st.columns([2, 1], gap="medium")
with films, messages.errors_shown():
    data_set_grid.show_films(record, wanted)
with panel, messages.errors_shown():
    st.header("Class balance", anchor=False)
    data_set_balance.show_balance(record, split)
    st.header("Audits", anchor=False)
    data_set_audits.show_audits(record, split)

data_set_lists.show_refused(record)
data_set_lists.show_warned(record)
with st.expander("Make a split", icon=":material/call_split:"):
    data_set_split.show_split_form(record)
