"""What a report tells, as plain values that it also holds for machines."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

from mammo.imaging.display import exact_png
from mammo.imaging.gray_image import StoredImage
from mammo.imaging.lossless import lossless
from mammo.imaging.reading import LoadedImage
from mammo.prediction import words
from mammo.prediction.pictures import overlaid
from mammo.prediction.wire import Answer
from mammo.report.likeness import Likeness
from mammo.stability import Stability

RESEARCH_USE = "Research use only. Not a medical device. Not for diagnosis or treatment."

_TELLING = ("torch", "numpy", "opencv-python-headless", "pydicom")  # packages that a figure may depend on


@dataclass(frozen=True)
class Origin:
    """With what the answers of a report were computed."""

    job: int
    data_set: str | None  # that the job was trained on
    split: str | None
    method: str | None  # of CAM_METHODS; None: no heat maps
    layer: str | None  # None: the family's usual one
    opacity: float  # of the heat maps, in [0, 1]
    made_at: str  # ISO 8601, UTC
    versions: Mapping[str, str]
    checks: tuple[int, int] | None = None  # that the heat maps passed, and that were made; None: nobody made any
    is_void: bool = False  # the checks can't help, since the model itself or its maps are worth nothing

    @property
    def is_doubted(self) -> bool:
        """Whether the heat maps are drawn in gray, since they are not to be trusted."""
        return self.checks is not None and words.heatmap_trust(self.checks, is_void=self.is_void) == "poor"


@dataclass(frozen=True)
class Further:
    """What was asked beyond the answer."""

    stability: Stability | None = None  # None: not asked
    likeness: Likeness | None = None  # None: nobody has computed which pictures the model learnt from


@dataclass(frozen=True)
class CaseFacts:
    """What was judged, and what the model said."""

    name: str  # "Image 1"; never a file's own, which may be a person's
    width_px: int
    height_px: int
    bits: int  # that hold every gray of the picture
    pixels_sha256: str  # of the gray values alone: a header changes nothing
    answer: Mapping[str, Any]  # an Answer without its pictures
    further: Further = field(default_factory=Further)


@dataclass(frozen=True, eq=False)
class Case:
    """One picture of a report."""

    facts: CaseFacts
    shown: bytes  # PNG of 8 bits, reduced
    overlay: bytes  # JPEG; empty without a heat map
    film: bytes  # PNG with every pixel and every gray; empty where the report is not to hold it


def case_of(
    name: str,
    image: LoadedImage,
    answer: Answer,
    origin: Origin,
    further: Further | None = None,
    *,
    with_film: bool = True,
) -> Case:
    """A case for a report.

    Args:
        name: What the picture is called there.
        image: As it was read for the answer.
        answer: What the model says of it.
        origin: Of the report.
        further: What was asked beyond it.
        with_film: The report is to hold the picture whole, so that it can be verified without the file.
    """
    stored, bits = lossless(image.pixels)
    height, width = stored.shape
    return Case(
        facts=CaseFacts(
            name, width, height, bits, pixels_sha256(stored, bits), answer_facts(answer), further or Further()
        ),
        shown=answer.picture,
        overlay=overlaid(answer, origin.opacity, is_doubted=origin.is_doubted) if answer.heatmap else b"",
        film=exact_png(stored) if with_film else b"",
    )


def answer_facts(answer: Answer) -> dict[str, Any]:
    """An answer as plain values as JSON gives them back; pictures, and what only a search needs, left out."""
    return {
        name: _plain(value)
        for name, value in vars(answer).items()
        if not isinstance(value, bytes) and name != "embedding"
    }


def pixels_sha256(stored: StoredImage, bits: int) -> str:
    """SHA-256 of gray values: of the line "height width bits" and the rows as little-endian 16-bit integers."""
    height, width = stored.shape
    head = f"{height} {width} {bits}\n".encode()
    return hashlib.sha256(head + stored.astype("<u2").tobytes()).hexdigest()


@cache
def versions() -> Mapping[str, str]:
    """Of Python and of the packages that the figures depend on; torch is not loaded for it."""
    return {"python": platform.python_version(), **{name: version(name) for name in _TELLING}}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value if not isinstance(one, bytes)]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(one) for name, one in vars(value).items() if not isinstance(one, bytes)}
    return value
