"""Tune an enhancement on one film and see at once what it does to this film and to others."""

import streamlit as st

from mammo.enhancement import ENHANCEMENTS
from mammo.ui import cache, comparison_view, film_choice, frame, messages, preset_inputs, widgets

frame.enter("pages/contrast.py")

with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    st.title("Contrast", anchor=False, width="content")
    save = st.container(width="content")
    chosen = film_choice.choose_film() if cache.store().data_sets.list() else None

pictures, panel = st.columns([2, 1], gap="medium")
others = st.container()
with panel:
    preset_inputs.load_preset()
    method = widgets.choose("Method", ENHANCEMENTS, default="contrast_stretch", key=preset_inputs.METHOD)
    enhancement = ENHANCEMENTS[method]
    values = widgets.parameter_inputs(enhancement.parameters, key=method)
with save:
    preset_inputs.save_preset(method, values)

name = chosen.in_words if chosen else "Synthetic film, malignant, MLO"
setting = tuple(values.items())
with pictures, messages.errors_shown():
    if chosen is None:
        st.info("No data set yet. This is a synthetic film to try things on.", icon=":material/info:")
    comparison = cache.comparison(cache.source(chosen.sample) if chosen else None, method, setting)
    if comparison.is_constant:
        st.warning("This image has one gray value. There is nothing to stretch.", icon=":material/warning:")
    comparison_view.show_pictures(comparison, name, enhancement.label)
    comparison_view.show_scores(comparison)
    with panel:
        comparison_view.show_gray_levels(comparison)
    if chosen is not None:
        with others:
            st.subheader("The same setting on other films", anchor=False)
            comparison_view.show_others(chosen, method, setting)
