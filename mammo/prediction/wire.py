"""What goes over the socket, and where it is."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mammo.files import kept_secret
from mammo.packing import pack

if TYPE_CHECKING:
    from mammo.config import Settings


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


def pack_question(question: Question, picture: bytes) -> bytes:
    """A question with the picture that it brings, empty where it names a film on this server."""
    return pack(asdict(question), picture)


def socket_path(settings: Settings) -> Path:
    """Where the process listens; short, since the system allows no long ones."""
    home = hashlib.sha256(os.fsencode(settings.home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"mammo-{os.getuid()}-{home}.socket"


def secret(settings: Settings) -> bytes:
    """What both ends must know; a file that only this installation's user reads. Made at the first call."""
    return kept_secret(settings.home / "predictor.key")
