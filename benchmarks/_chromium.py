"""Chromium, as this machine has it; browser tests ask here too."""

from __future__ import annotations

import shutil

_PROGRAMS = ("chromium-headless-shell", "chromium")  # the first takes half of the second's processor time


def installed_chromium() -> str | None:
    """The program to launch; None where there is none."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)
