"""What goes over the socket, and where it is."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mammo.errors import ImageError
from mammo.evaluation.qualified import Qualified
from mammo.files import kept_secret
from mammo.packing import pack

if TYPE_CHECKING:
    from mammo.config import Settings


_PICTURES = ("picture", "heatmap", "network_input")


@dataclass(frozen=True)
class Question:
    """Which picture is to be judged, by which job's models, explained how."""

    job: int
    name: str  # of the picture, for warnings
    method: str | None = "grad_cam"  # of CAM_METHODS; None: no heat map
    layer: str | None = None  # of the family's cam_layers; None: its usual one
    explained_label: str | None = None  # None: the class predicted
    path: str | None = None  # of a film on this server; None: the picture comes with the question
    fold: int | None = None  # whose model alone is to answer, as it did when it was tested; None: all of the job's
    square: tuple[float, float, float] | None = None  # the part to judge: center (x, y), side in pixels; None: all
    longest_px: int = 900  # of the pictures in the answer
    must_answer: bool = False  # also of what is no mammogram, as a film of this server always is
    asks_stability: bool = False  # how steady the answer is, instead of it; the picture is an Answer's network_input


@dataclass(frozen=True)
class Answer:
    """An explained prediction, ready to be shown; pictures are PNGs of 8-bit gray."""

    label: str
    probabilities: dict[str, float]  # by class name; they sum to 1
    explained_label: str
    warnings: tuple[str, ...]
    weights_sha256: str
    pipeline_hash: str
    model: str
    cam_layers: tuple[str, ...]
    is_whole: bool  # the picture is a whole film, not a square of one
    picture: bytes
    heatmap: bytes  # of the picture's size; empty if none was asked for
    network_input: bytes  # what the network was fed
    embedding: tuple[float, ...] = ()  # where the model puts the picture: what nearest known ones are sought by
    doubt: str = ""  # why it may be no mammogram; it is among the warnings too
    height_px: int = 0  # of the picture as read
    pixels_per_input: float = 1.0  # of the picture as read, along a side of one pixel of the network's input
    spacing_mm: float | None = None  # of a pixel, where the file tells
    laterality: str | None = None  # "L" or "R", where the file tells
    view: str | None = None  # "CC" or "MLO", where the file tells
    qualified: Qualified | None = None  # what validation makes of the answer; None where there was none


class NoMammogramError(ImageError):
    """A picture of which no prediction is made, with the picture as a person may see it (a PNG)."""

    def __init__(self, message: str, picture: bytes) -> None:
        super().__init__(message, code="no_mammogram")
        self.picture = picture


def pack_question(question: Question, picture: bytes) -> bytes:
    """A question with the picture that it brings, empty where it names a film on this server."""
    return pack(asdict(question), picture)


def pack_answer(answer: Answer) -> bytes:
    """An answer as a message."""
    facts = {name: value for name, value in vars(answer).items() if name not in _PICTURES}
    facts["qualified"] = answer.qualified and asdict(answer.qualified)
    return pack(facts, *(getattr(answer, name) for name in _PICTURES))


def answer_of(facts: dict[str, Any], pictures: Sequence[bytes]) -> Answer:
    """The answer of a message that ``pack_answer`` made."""
    return Answer(
        **{
            **facts,
            "warnings": tuple(facts["warnings"]),
            "cam_layers": tuple(facts["cam_layers"]),
            "embedding": tuple(facts.get("embedding", ())),
            "qualified": facts.get("qualified") and Qualified.from_json(facts["qualified"]),
            **dict(zip(_PICTURES, pictures, strict=True)),
        }
    )


def socket_path(settings: Settings) -> Path:
    """Where the process listens; short, since the system allows no long ones."""
    home = hashlib.sha256(os.fsencode(settings.home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"mammo-{os.getuid()}-{home}.socket"


def secret(settings: Settings) -> bytes:
    """What both ends must know; a file that only this installation's user reads. Made at the first call."""
    return kept_secret(settings.home / "predictor.key")
