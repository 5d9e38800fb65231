"""Answers to films that a job has made beforehand, each a file in the folder of its training. Loads no torch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mammo.files import write_whole
from mammo.packing import unpack
from mammo.prediction.wire import Answer, answer_of, pack_answer

if TYPE_CHECKING:
    from pathlib import Path

TILE_PX = 400  # of the longer side; sharp on a tile of 190 px where a pixel of the page is two of the screen
_QUALITY = 90

Square = tuple[float, float, float]


def kept_path(job_dir: Path, method: str, sha256: str, fold: int | None, square: Square | None) -> Path:
    """Where the answer to a film, or a square of it, lies or will lie.

    Args:
        job_dir: Folder of the training.
        method: Of the heat map.
        sha256: Of the film's file.
        fold: Whose model answers.
        square: Center (x, y) and side in pixels; None for the whole film.
    """
    named = json.dumps([sha256, fold, square and [round(value, 3) for value in square]])
    return job_dir / "heatmaps" / method / f"{hashlib.sha256(named.encode()).hexdigest()[:32]}.bin"


def keep_answer(path: Path, answer: Answer) -> None:
    """Write an answer, whole or not at all; its pictures as JPEG, what the network was fed left out."""
    smaller = replace(answer, picture=_smaller(answer.picture), heatmap=_smaller(answer.heatmap), network_input=b"")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, pack_answer(smaller))


def kept_answer(path: Path) -> Answer | None:
    """An answer that was kept; None if there is none, or it is damaged."""
    try:
        return answer_of(*unpack(path.read_bytes()))
    except (OSError, ValueError, TypeError, LookupError):
        return None


def _smaller(png: bytes) -> bytes:
    if not png:
        return b""
    levels = np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED))
    return bytes(cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1])
