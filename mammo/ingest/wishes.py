"""What is asked of the limited process beside a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wishes:
    """How one file is to be answered."""

    pixels: bool  # they too; or what is found, and how it looks
    any_aspect: bool = False  # a strip is no reason to refuse
