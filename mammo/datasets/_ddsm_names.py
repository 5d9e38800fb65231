"""File names of DDSM and its offspring, such as ``C_0029_1.LEFT_CC.jpg``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

_VIEW = r"(?P<letter>[A-D])_(?P<number>\d{4})_\d\.(?P<side>LEFT|RIGHT)_(?P<view>CC|MLO)"
_IMAGE = re.compile(rf"{_VIEW}\.(png|jpe?g)", re.IGNORECASE)
# Second masks are spelt _MASK2 or _Mask2, depending on the class; one mask of v2 has the word in front.
_MASK = re.compile(rf"(?P<before>mask_)?{_VIEW}(?(before)|_mask(?P<count>\d?))\.(png|jpe?g)", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class DdsmView:
    """One view of one woman."""

    letter: str  # site and digitizer: "A" to "D"
    number: str  # four digits; means nothing without the letter: A_0029 is another woman than C_0029
    laterality: str
    view: str

    @property
    def patient_id(self) -> str:
        return f"{self.letter}_{self.number}"


def image_view(file: str) -> DdsmView | None:
    """The view that a picture's path names; None for masks and all others."""
    match = _IMAGE.fullmatch(PurePosixPath(file).name)
    return _view(match) if match else None


def mask_view(file: str) -> tuple[DdsmView, int] | None:
    """The view to which a mask belongs and the mask's number from 1; None for what is no mask."""
    match = _MASK.fullmatch(PurePosixPath(file).name)
    return (_view(match), int(match["count"] or 1)) if match else None


def _view(match: re.Match[str]) -> DdsmView:
    return DdsmView(match["letter"].upper(), match["number"], match["side"][0].upper(), match["view"].upper())
