"""Letting this server keep an uploaded picture for later training, and removing it again."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from functools import partial

import streamlit as st

from mammo.config import settings
from mammo.jobs.kept_pictures import Upload, keep_picture, remove_picture
from mammo.store import KeptPictureRecord
from mammo.ui import cache, messages, people
from mammo.ui.plain_text import plain


def image_of_upload(content: bytes) -> str:
    """How opinions name an upload."""
    return hashlib.sha256(content).hexdigest()


def offer_keeping(content: bytes, *, job: int, probabilities: Mapping[str, float], woman: str) -> None:
    """A way to keep the picture, or to remove it where it is kept.

    Args:
        content: The uploaded file.
        job: Whose models answered.
        probabilities: The answer.
        woman: What names her among the uploads; never shown. Empty: all of this visit are of one woman.
    """
    image, person = image_of_upload(content), people.current_person()
    kept = cache.store().kept_pictures.find(image, viewer=person)
    if kept is not None:
        show_kept(kept)
        return
    with st.popover("Keep for training", icon=":material/archive:"):
        st.markdown(
            "Its grays are written into a new file on this server. Its own name, its header and its dates are not "
            "kept; side, view and age are. Others who use this server can see it, unless it may hold writing about "
            "the woman: then only you can. You can remove it at any time."
        )
        named = st.text_input(
            "The same word for all pictures of one woman",
            key=f"woman.{image}",
            help="Only a pseudonym of it is kept. It keeps her pictures on one side of a split. Without a word, files "
            "whose names differ in side and view alone are of one woman, and all others of a visit, too.",
        )
        if st.button("Keep", key=f"keep.{image}", type="primary"):
            with messages.errors_shown(), st.spinner("Writing it anew"):
                upload = Upload(content, person, f"{person}/{named.strip() or woman or _visit()}", job, probabilities)
                keep_picture(cache.store(), settings(), upload)
                st.rerun()


def show_kept(kept: KeptPictureRecord) -> None:
    """That a picture is kept, and for its owner and administrators a way to remove it."""
    person = people.current_person()
    whom = "you" if kept.owner == person else "who brought it"
    seen = f"seen by {whom} only, since it may hold writing" if kept.may_hold_text else "without header and name"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(plain(f"Kept for training since {kept.kept_at:%d %b %Y}, {seen}."), width="content")
        if cache.store().kept_pictures.may_remove(kept, by=person):
            st.button(
                "Remove",
                key=f"remove.{kept.image}",
                icon=":material/delete:",
                type="tertiary",
                on_click=partial(_remove, kept.image),
            )


def _visit() -> str:
    """A word for all of a visit: who brings several women's pictures is the one to tell them apart."""
    return str(st.session_state.setdefault("opinions.visit", f"visit {uuid.uuid4().hex[:8]}"))


def _remove(image: str) -> None:
    with messages.errors_shown():
        remove_picture(cache.store(), settings(), image, by=people.current_person())
