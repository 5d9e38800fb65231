"""Who is at the screen."""

from __future__ import annotations

import streamlit as st

from mammo.store.people import GUEST as GUEST


def current_person() -> str:
    """The name that the login or a trusted proxy gives; without either, "guest"."""
    known = st.user.to_dict()
    return str(known.get("name") or known.get("email") or GUEST)


def is_open() -> bool:
    """Does this server know nobody? Then whoever reaches it sees everything, as the app says."""
    return not st.user.to_dict()
