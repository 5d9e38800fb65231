"""Every color of the dashboard, dark and light, and what each one means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st


@dataclass(frozen=True)
class ClassStyle:
    """How a class is drawn. The mark and the dash say the same as the color, for those who can't tell colors apart."""

    color: str
    mark: str  # in text
    symbol: str  # in charts, by plotly's name
    dash: str  # of its line in charts, by plotly's name


@dataclass(frozen=True)
class Theme:
    """One set of colors, as ``#RRGGBB``."""

    name: Literal["dark", "light"]
    background: str
    panel: str
    sidebar: str
    text: str
    muted: str
    line: str
    accent: str  # action, selection, what is right
    on_accent: str  # text of the primary button
    attention: str  # warning, failure: always with an icon and a word
    normal: str
    benign: str
    malignant: str
    fourth: str  # synthetic pictures, pixels clipped to black, a fourth class
    cell_right: str  # of a confusion matrix, where a whole class is called rightly
    cell_wrong: str  # where a whole class is called wrongly

    def class_styles(self, names: Sequence[str]) -> dict[str, ClassStyle]:
        """The style of each class by name; classes beyond the field's three take the fourth color, then gray."""
        known = {
            "normal": ClassStyle(self.normal, "●", "circle", "solid"),
            "benign": ClassStyle(self.benign, "▲", "triangle-up", "dash"),
            "malignant": ClassStyle(self.malignant, "■", "square", "dot"),
        }
        fourth = ClassStyle(self.fourth, "◆", "diamond", "dashdot")
        gray = ClassStyle(self.muted, "✚", "cross", "longdash")
        others = [name for name in names if name not in known]
        return {name: known.get(name, fourth if name in others[:1] else gray) for name in names}


DARK = Theme(
    name="dark",
    background="#101315",
    panel="#1A1F22",
    sidebar="#0B0D0F",
    text="#D9DEE2",
    muted="#98A2AA",
    line="#2C3338",
    accent="#4FBFB0",
    on_accent="#0B1412",
    attention="#F28A5B",
    normal="#58A6E8",
    benign="#EBD07A",
    malignant="#D6488A",
    fourth="#A9A2F5",
    cell_right="#2C6B64",
    cell_wrong="#8F5236",
)

LIGHT = Theme(
    name="light",
    background="#F7F8F8",
    panel="#ECEFF0",
    sidebar="#EEF1F2",
    text="#1C2226",
    muted="#566069",
    line="#CDD4D8",
    accent="#0B7A70",
    on_accent="#FFFFFF",
    attention="#B8431A",
    normal="#2A7FC9",
    benign="#B07D00",
    malignant="#9C1C5E",
    fourth="#5B4FC4",
    cell_right="#7FC0B9",
    cell_wrong="#E6A98F",
)


def current() -> Theme:
    """The theme in which the browser shows the page now."""
    return LIGHT if st.context.theme.type == "light" else DARK
