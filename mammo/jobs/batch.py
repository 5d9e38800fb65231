"""Judging a whole folder or ZIP: one file at a time, each answered once however often the job is broken off."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mammo.datasets import DATASETS, ImportOptions, Refusal
from mammo.datasets.archive import unpack
from mammo.errors import DatasetError, ImageError, NotFoundError
from mammo.files import write_json, write_whole
from mammo.imaging.reading import read_bytes
from mammo.jobs.batch_answers import BatchAnswer, KeptAnswers, answers_csv, answers_html
from mammo.jobs.uploads import UNPACKED
from mammo.prediction.wire import Answer, Question
from mammo.report.facts import answer_facts

if TYPE_CHECKING:
    from mammo.config import Settings

KIND = "batch"
CSV, HTML = "answers.csv", "answers.html"  # in the job's folder
_LEFT_IN = "left-in.json"  # why members stayed in the ZIP
_LISTED = "listed.sha256"  # of the files' names, which are not kept

Judge = Callable[[Question, bytes], Answer]


@dataclass(frozen=True)
class BatchRequest:
    """What is to be judged, by which model."""

    job: int  # a finished training
    path: Path  # a folder of this server, or a ZIP

    def to_dict(self) -> dict[str, Any]:
        """Plain values, which ``of`` takes back: the configuration of a batch job."""
        return {"job": self.job, "path": str(self.path)}

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The request that ``to_dict`` wrote; NotFoundError if it names no model."""
        if not isinstance(values.get("job"), int) or not values.get("path"):
            raise NotFoundError("A batch names the training as its setting `job`, and a folder or ZIP as `path`.")
        return cls(values["job"], Path(values["path"]))


@dataclass(frozen=True)
class Batch:
    """One batch on its way."""

    request: BatchRequest
    job_dir: Path

    def carry_out(
        self, judge: Judge, on_progress: Callable[[int, int], None], on_kept: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """Judge every file that has no answer yet, then write the tables.

        Files are numbered by their place in the alphabetical list of all that lie there; no name is kept.

        Args:
            judge: Answers a question about an unknown file's bytes.
            on_progress: Called before each file with the files done and their number; what it raises breaks off here.
            on_kept: Called when one more answer is kept.

        Returns:
            How many were answered and refused, and how many went to each class.

        Raises:
            DatasetError: If there is nothing to judge, or the ZIP is damaged or too large.
            CheckpointError: If the model is gone.
        """
        if (self.job_dir / CSV).exists():  # killed between the last answer and its end; the files may be gone
            return self._finished()
        root = self._root()
        entries = self._listed(root)
        with KeptAnswers(self.job_dir / "answers.jsonl") as kept:
            for number, one in enumerate(entries, start=1):
                on_progress(number - 1, len(entries))
                if number not in kept.numbers:
                    kept.add(self._answer(number, one, root, judge))
                    on_kept()
        return self._finished()

    def _root(self) -> Path:
        path, unpacked = self.request.path, self.job_dir / UNPACKED
        if path.is_dir() or unpacked.is_dir():
            return path if path.is_dir() else unpacked
        if not path.is_file():
            raise DatasetError("The folder or ZIP is no longer at its place. Bring it again.", code="source_missing")
        temporary = unpacked.with_suffix(".tmp")
        left_in = unpack(path, temporary).refused
        write_json(self.job_dir / _LEFT_IN, [one.reason for one in left_in])
        temporary.replace(unpacked)
        return unpacked

    def _listed(self, root: Path) -> list[str | Refusal]:
        """Pictures, and what can't be one, in alphabetical order of their names; behind them what stayed in the ZIP."""
        found = DATASETS["unlabelled"].find(root, ImportOptions())
        by_name: dict[str, str | Refusal] = {entry.file: entry.file for entry in found.entries}
        by_name.update({refusal.file: refusal for refusal in found.refused})
        names = sorted(by_name)
        left_in = self.job_dir / _LEFT_IN
        stayed = [Refusal("", reason) for reason in json.loads(left_in.read_text())] if left_in.exists() else []
        if not names and not stayed:
            raise DatasetError("There is no picture in it. Bring PNG, JPEG, TIFF, PGM or DICOM files.", code="empty")
        self._check_unchanged(sha256("\0".join(names).encode()).hexdigest())
        return [*(by_name[name] for name in names), *stayed]

    def _check_unchanged(self, digest: str) -> None:
        """The numbers of the answers there are must mean the same files."""
        listed = self.job_dir / _LISTED
        if listed.exists() and listed.read_text() != digest:
            raise DatasetError(
                "Files came or went in the folder since the batch began, so its numbers would mean others. Start it "
                "anew.",
                code="source_changed",
            )
        write_whole(listed, digest.encode())

    def _answer(self, number: int, one: str | Refusal, root: Path, judge: Judge) -> BatchAnswer:
        if isinstance(one, Refusal):
            return BatchAnswer(number, "", None, one.reason)
        name, digest = f"File {number}", ""  # its own name may be a person's
        try:
            content = read_bytes(root / one)
            digest = sha256(content).hexdigest()
            return BatchAnswer(number, digest, answer_facts(judge(Question(self.request.job, name, None), content)))
        except ImageError as error:
            return BatchAnswer(number, digest, None, str(error).replace(Path(one).name, name))

    def _finished(self) -> dict[str, Any]:
        answers = KeptAnswers.read(self.job_dir / "answers.jsonl")
        write_whole(self.job_dir / CSV, answers_csv(answers))
        write_whole(self.job_dir / HTML, answers_html(self.request.job, answers).encode())
        self.clear()
        labels = Counter(str(one.answer["label"]) for one in answers if one.answer is not None)
        refused = [{"file": f"file {one.number}", "reason": one.refusal} for one in answers if one.answer is None]
        return {
            "job": self.request.job,
            "files": len(answers),
            "answered": len(answers) - len(refused),
            "labels": dict(labels),
            "refused": refused,
        }

    def clear(self) -> None:
        """Remove what came out of a ZIP: films that nobody meant to leave here."""
        shutil.rmtree(self.job_dir / UNPACKED, ignore_errors=True)


def remove_upload(settings: Settings, request: BatchRequest) -> None:
    """An upload has a folder of its own in MAMMO_HOME/tmp; what lies elsewhere is not ours."""
    if request.path.parent.parent == settings.tmp_dir:
        shutil.rmtree(request.path.parent, ignore_errors=True)
