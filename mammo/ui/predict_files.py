"""Brought files and what a model says of each: answered one after another, refused in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from streamlit.runtime.uploaded_file_manager import UploadedFile

from mammo.datasets.view_names import ShownView, named_view
from mammo.errors import MammoError
from mammo.prediction.wire import Answer
from mammo.ui import explained, predictor_away
from mammo.ui.explained import View

_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Brought:
    """One file, called by its place: its own name may be a person's, and is read for side and view alone."""

    shown: str
    content: bytes
    key: str  # of this upload, in caches
    named: ShownView


@dataclass(frozen=True)
class Judged:
    """A file with its answer, or with the reason for there being none."""

    file: Brought
    answer: Answer | None = None
    refusal: MammoError | None = None

    @property
    def view(self) -> ShownView:
        """By the header where it tells, else by the name."""
        named, answer = self.file.named, self.answer
        side, view = (answer.laterality, answer.view) if answer is not None else (None, None)
        return ShownView(named.woman, side or named.laterality, view or named.view)


def brought(files: Sequence[UploadedFile]) -> tuple[list[Brought], list[UploadedFile]]:
    """Pictures and whatever may be one, numbered; and ZIPs, by their first bytes."""
    archives = [file for file in files if file.getbuffer()[:4] == _ZIP]
    pictures = [file for file in files if file not in archives]
    numbered = enumerate(pictures, start=1)
    return [
        Brought(f"Image {number}", file.getvalue(), file.file_id, named_view(file.name)) for number, file in numbered
    ], archives


def judged(job: int, files: Sequence[Brought], view: View) -> Iterator[Judged]:
    """What a job's models say of each file, in their order; it ends where the prediction process is away.

    Raises:
        MammoError: If the prediction process is away.
    """
    for file in files:
        try:
            yield Judged(file, explained.explain_upload(job, file.content, file.shown, view, key=file.key))
        except MammoError as error:
            if error.code == predictor_away.CODE:
                raise
            yield Judged(file, refusal=error)
