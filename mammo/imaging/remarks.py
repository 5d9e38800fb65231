"""Warnings of the reader by which other parts decide something."""

from __future__ import annotations

BURNED_IN = "may hold burned-in text"  # such a film is shown to no one but who brought it
STRIP = "as long as no film is"
