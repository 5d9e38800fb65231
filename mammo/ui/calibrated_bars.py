"""Calibrated probabilities as dots with their intervals on a line from 0 to 1, in the classes' colors and marks."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from mammo.evaluation.intervals import Interval
from mammo.prediction.words import interval_in_words
from mammo.ui import theme


def show_calibrated(shares: Mapping[str, Interval]) -> None:
    """One line for each class: name, line with dot and interval, numbers."""
    styles = theme.current().class_styles(list(shares))
    rows = "".join(_row(name, share, styles[name]) for name, share in shares.items())
    st.html(f'<div class="calibrated" role="img" aria-label="{escape(_in_words(shares))}">{rows}</div>')


def _row(name: str, share: Interval, style: theme.ClassStyle) -> str:
    value = share.value or 0.0
    low, high = (value if end is None else end for end in (share.low, share.high))
    interval = f'<s style="left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%;background:{style.color}"></s>'
    dot = f'<b style="left:{100 * value:.1f}%;color:{style.color}" aria-hidden="true">{style.mark}</b>'
    return (
        f'<div class="share"><span>{escape(name)}</span><i>{interval}{dot}</i>'
        f"<span>{escape(interval_in_words(share))}</span></div>"
    )


def _in_words(shares: Mapping[str, Interval]) -> str:
    return ", ".join(f"{name} {interval_in_words(share)}" for name, share in shares.items())
