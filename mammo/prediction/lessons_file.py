"""What validation taught of a model, kept beside it in its job's folder."""

from __future__ import annotations

import json
from pathlib import Path

from mammo.evaluation.lessons import Lessons
from mammo.files import write_json

_NAME = "lessons.json"


def read_lessons(job_dir: Path) -> Lessons | None:
    """The lessons of a training; None where none are kept yet."""
    try:
        return Lessons.from_json(json.loads((job_dir / _NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):  # not there, or written by another version: learnt again
        return None


def write_lessons(job_dir: Path, lessons: Lessons) -> None:
    """Keep lessons, whole or not at all."""
    write_json(job_dir / _NAME, lessons.to_json())
