"""Pictures that travel inside the page."""

from __future__ import annotations

from base64 import b64encode


def embedded(picture: bytes) -> str:
    """A PNG's or JPEG's address with the picture in it.

    A picture with an address of its own is dropped by Streamlit as soon as the next run shows another one, and a
    browser that asks a moment later finds nothing.
    """
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{b64encode(picture).decode()}"
