"""Tune an enhancement on one film under the hand, and see what it does to others and to a model's answer."""

import streamlit as st

from mammo.ui import cache, comparison_view, film_choice, frame, live_setting, messages, model_opinion, preset_inputs

frame.enter("pages/contrast.py")

with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    st.title("Contrast", anchor=False, width="content")
    save = st.container(width="content")
    chosen = film_choice.choose_film() if cache.store().data_sets.list() else None
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    preset_inputs.load_preset()
    method = live_setting.choose_method()
    values = live_setting.choose_values(method)
    job = model_opinion.choose_model()
with save:
    preset_inputs.save_preset(method, values)

if chosen is None:
    st.info("No data set yet. This is a synthetic film to try things on.", icon=":material/info:")
film, setting = comparison_view.ShownFilm.of(chosen), tuple(values.items())
with messages.errors_shown():
    comparison = comparison_view.show_live(film, method, setting)
    comparison_view.show_scores(comparison)
    if job is not None:
        model_opinion.show_opinion(job, film, method, setting)
    if chosen is not None:
        st.header("The same setting on other films", anchor=False)
        comparison_view.show_others(chosen, method, setting)
