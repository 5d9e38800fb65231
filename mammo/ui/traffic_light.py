"""A finding of an audit: an icon, a word, the sentence, and what to do about it; never a color alone."""

from __future__ import annotations

import streamlit as st

from mammo.audits.shortcut_radar import Light
from mammo.ui.plain_text import plain

_ICONS: dict[Light, str] = {
    "red": ":red[:material/dangerous:]",
    "amber": ":orange[:material/warning:]",
    "green": ":green[:material/check_circle:]",
    "unknown": ":gray[:material/help:]",
}


def show_light(light: Light, word: str, sentence: str, to_do: str = "") -> None:
    """One finding.

    Args:
        light: How bad it is.
        word: The same in a word or two.
        sentence: What was found, with its figures.
        to_do: What a person can do about it.
    """
    advice = f"  \n:material/arrow_forward: {plain(to_do)}" if to_do else ""
    st.markdown(f"{_ICONS[light]} **{plain(word)}.** {plain(sentence)}{advice}")
