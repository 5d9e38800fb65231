"""See what a network is fed of a film: the very pixels of training, with what was drawn under each."""

import streamlit as st

from mammo.ui import augmentation_inputs, augmentation_view, cache, empty_state, film_choice, frame, messages
from mammo.ui.plain_text import plain

frame.enter("pages/augmentation.py")

data_sets = cache.store().data_sets.list()
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    st.title("Augmentation", anchor=False, width="content")
    if data_sets:
        st.button(
            "Re-roll", icon=":material/casino:", type="primary", shortcut="n", on_click=augmentation_inputs.re_roll
        )
        chosen = film_choice.choose_film()
if not data_sets:
    empty_state.show_no_data_set("what augmentation does to its films")
    st.stop()

tiles, panel = st.columns([2, 1], gap="medium")
with panel:
    lesion = st.container()
with panel, messages.errors_shown():
    choice = augmentation_inputs.choose()
    with tiles, messages.errors_shown():
        film = cache.prepared_film(chosen.sample, choice.preset, chosen.samples)
        outlined = film.lesion is not None and st.toggle("Outline of the lesion", key="outline", bind="query-params")
        augmentation_view.show_tiles(film, choice, chosen.in_words, outlined=outlined)
        for warning in film.warnings:
            st.warning(plain(f"{warning.capitalize()}."), icon=":material/warning:")
        with lesion:
            augmentation_view.show_lesion(film, choice)
    augmentation_inputs.offer_training(choice.policy, st.session_state[film_choice.DATA_SET])
