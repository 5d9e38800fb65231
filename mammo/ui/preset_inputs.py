"""Named settings of an enhancement: saving the present one, and taking up one that was saved."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from mammo.parameters import ParameterValue
from mammo.ui import cache, live_setting, messages, people
from mammo.ui.plain_text import plain

KIND = "enhancement"
_PRESET = "contrast.preset"


def load_preset() -> None:
    """A selector of the saved presets; choosing one sets method and parameters."""
    names = [preset.name for preset in cache.store().presets.list(KIND)]
    if names:
        st.selectbox("Preset", names, index=None, placeholder="none", key=_PRESET, on_change=_take_up)


def save_preset(method: str, values: Mapping[str, ParameterValue]) -> None:
    """A short form under the page's primary button."""
    with st.popover("Save as preset", icon=":material/bookmark_add:", type="primary"):
        with st.form("contrast.save", border=False, clear_on_submit=True):
            name = st.text_input("Name of the preset", max_chars=80, placeholder="breast 2 to 99.5 %")
            saved = st.form_submit_button("Save")
        if saved:
            with messages.errors_shown():
                value = {"method": method, "values": dict(values)}
                cache.store().presets.save(KIND, name, value, owner=people.current_person())
                st.toast(f"Saved as {plain(name)}.", icon=":material/check:")


def _take_up() -> None:
    name = st.session_state[_PRESET]
    if name is None:
        return
    with messages.errors_shown():
        value = cache.store().presets.get(KIND, name).value
        live_setting.take_up(value["method"], value["values"])
