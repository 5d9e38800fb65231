"""Class probabilities as bars with numbers, in the classes' colors."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from mammo.ui import theme


def show_probabilities(probabilities: Mapping[str, float]) -> None:
    """One line per class: mark, name, bar, number."""
    styles = theme.current().class_styles(list(probabilities))
    rows = "".join(
        f'<div class="probability"><span><b style="color:{styles[name].color}" aria-hidden="true">'
        f"{styles[name].mark}</b> {escape(name)}</span>"
        f'<i><s style="width:{100 * value:.1f}%;background:{styles[name].color}"></s></i><span>{value:.2f}</span></div>'
        for name, value in probabilities.items()
    )
    st.html(f'<div class="probabilities" role="img" aria-label="{escape(_in_words(probabilities))}">{rows}</div>')


def _in_words(probabilities: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in probabilities.items())
