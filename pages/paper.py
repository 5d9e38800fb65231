"""The paper, reproduced: its four trainings by its protocol and by a clean one, beside the printed figures."""

import streamlit as st

from mammo.ui import (
    cache,
    empty_state,
    frame,
    messages,
    paper_choice,
    paper_decoder,
    paper_deviations,
    paper_plan,
    paper_results,
)

frame.enter("pages/paper.py")

store = cache.store()
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    st.title("Paper", anchor=False, width="content")
    button = st.container(width="content")
    choice = paper_choice.choose(store)
st.markdown(paper_choice.INTRODUCTION)
form = None
if choice is None:
    paper_results.show_printed()
    empty_state.show_no_data_set("the paper's four trainings repeated on it, beside a clean protocol")
else:
    with messages.errors_shown():
        if choice.reproduction is None:
            form = paper_plan.show_plan(choice.data_set)
        else:
            paper_results.show_results(choice.reproduction)
    paper_deviations.show_deviations(choice)
paper_decoder.show_decoder()
if form is not None:
    paper_plan.show_cost(form, button)  # last, since it takes seconds the first time
