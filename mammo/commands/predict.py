"""Explained predictions of image files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import cv2
import numpy as np
import typer

from mammo.commands._foreground import carry_out_here
from mammo.commands._output import RESEARCH_USE, Json, expected_failures, owner, say, show
from mammo.config import settings
from mammo.errors import CheckpointError, ImageError, MammoError, ParameterError
from mammo.explanation import CAM_METHODS
from mammo.imaging.reading import read_bytes
from mammo.ingest.pool import shared_pool
from mammo.jobs.batch import CSV, HTML, KIND, BatchRequest
from mammo.jobs.embeddings import likeness_of
from mammo.jobs.known_trust import known_trust
from mammo.jobs.lessons import lessons_of_job
from mammo.jobs.workers import this_process
from mammo.prediction.wire import Answer, Question
from mammo.report import Case, Further, Origin, case_of, report_html, versions
from mammo.report.pdf import report_pdf
from mammo.store import JobRecord, NewJob, Store, open_store

if TYPE_CHECKING:
    from mammo.prediction.server import PredictionServer

_OPACITY = 0.6  # of the heat maps
_MOST_WHOLE = 8  # pictures that a report holds with every pixel; beyond them it would be too large to open


@expected_failures
def predict(
    job: Annotated[int, typer.Argument(help="A finished training.")],
    files: Annotated[list[Path] | None, typer.Argument(help="PNG, JPEG, TIFF, PGM or DICOM.")] = None,
    batch: Annotated[Path | None, typer.Option(help="A folder or ZIP, judged whole as a job.")] = None,
    cam: Annotated[str, typer.Option(help=", ".join(CAM_METHODS))] = "grad_cam",
    out: Annotated[Path | None, typer.Option(help="Folder for heat maps and a report, as HTML and PDF.")] = None,
    as_json: Json = False,
) -> None:
    """Classify files and show where the answer comes from."""
    if bool(files) == (batch is not None):
        raise ParameterError("Name the files to judge, or one folder or ZIP with --batch; not both.")
    if batch is not None:
        _judge_batch(job, batch, as_json=as_json)
    else:
        _judge_files(job, files or [], CAM_METHODS[cam].name, out, as_json=as_json)


def _judge_batch(job: int, path: Path, *, as_json: bool) -> None:
    """Carried out here and now; broken off, it goes on with ``jobs resume``."""
    if not path.exists():
        raise ParameterError(f"{path} does not exist. Give a folder of pictures, or a ZIP of them.")
    where = settings()
    store = open_store(where)
    new = NewJob(KIND, BatchRequest(store.jobs.get(job).id, path.resolve()).to_dict(), owner())
    submitted = store.jobs.submit(new, this_process("terminal"))
    done = carry_out_here(store, submitted.id, submitted.attempt)
    result = dict(done.result or {})
    files = [str(where.job_dir(done.id) / name) for name in (CSV, HTML)]
    told = {"batch": done.id, "status": done.state.value, **result, "tables": files, "research_use": RESEARCH_USE}
    lines = [f"{result.get('answered', 0)} of {result.get('files', 0)} files answered.", *files, RESEARCH_USE]
    show(told, lines, as_json=as_json)


def _judge_files(job: int, files: list[Path], cam: str, out: Path | None, *, as_json: bool) -> None:
    from mammo.prediction.server import PredictionServer

    where = settings()
    store = open_store(where)
    record = store.jobs.get(job)
    lessons_of_job(store, where, record)
    if out is not None:
        _make_folder(out)
    origin = _origin(store, record, cam)
    predicting = _Predicting(origin, PredictionServer(where), out, whole=len(files) <= _MOST_WHOLE)
    rows: list[dict[str, Any]] = []
    cases: list[Case] = []
    for number, file in enumerate(files, start=1):
        try:
            row, case = predicting.answered(file, number)
        except (ParameterError, CheckpointError):  # there is no model, or it judges no films at all
            raise
        except MammoError as error:
            rows.append({"file": file.name, "error": str(error)})
            continue
        rows.append(row)
        cases += [case] if case else []
    if out is not None:
        _write_reports(out, origin, cases)
    show({"predictions": rows, "research_use": RESEARCH_USE}, [*map(_line, rows), RESEARCH_USE], as_json=as_json)
    refused = [row["error"] for row in rows if "error" in row]
    for sentence in refused:
        say(sentence)
    if refused:
        raise typer.Exit(2)


def _origin(store: Store, job: JobRecord, method: str) -> Origin:
    trust = known_trust(store, job.id).get(method)
    return Origin(
        job=job.id,
        data_set=job.data_set,
        split=job.split,
        method=method,
        layer=None,
        opacity=_OPACITY,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
        checks=None if trust is None else trust.passed,
        is_void=trust is not None and trust.is_void,
    )


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(f"The folder {out} can't be made: {error.strerror}. Name another.") from None


@dataclass(frozen=True)
class _Predicting:
    """How each file is answered."""

    origin: Origin
    server: PredictionServer
    out: Path | None
    whole: bool  # the report is to hold the pictures whole

    def answered(self, file: Path, number: int) -> tuple[dict[str, Any], Case | None]:
        """One file's answer, and its case for the report where a folder is given."""
        if file.is_dir():
            raise ImageError(f"{file.name} is a folder; judge all that lies in it with --batch.", code="not_a_file")
        content = read_bytes(file)
        origin = self.origin
        answer = self.server.explained(Question(origin.job, file.name, origin.method), content)
        row: dict[str, Any] = {
            "file": file.name,
            "label": answer.label,
            "probabilities": answer.probabilities,
            **_qualified(answer),
            "heatmap": origin.method,
            "overlay": None,
            "warnings": list(answer.warnings),
        }
        if self.out is None:
            return row, None
        image = shared_pool().decode(file.name, content)
        stability = self.server.steadiness(origin.job, answer.network_input)
        further = Further(stability, likeness_of(self.server.settings, origin.job, answer.embedding))
        case = case_of(f"Image {number}", image, answer, origin, further, with_film=self.whole)
        row["overlay"] = f"overlay-{number}.png"
        drawn = cv2.imdecode(np.frombuffer(case.overlay, np.uint8), cv2.IMREAD_COLOR)
        cv2.imwrite(str(self.out / row["overlay"]), np.asarray(drawn))
        return row, case


def _qualified(answer: Answer) -> dict[str, Any]:
    """Calibrated probabilities and the classes that fit, where validation images taught them."""
    if answer.qualified is None:
        return {"calibrated": None, "fits": None}
    shares = {name: share.to_json() for name, share in answer.qualified.shares.items()}
    return {"calibrated": shares, "fits": list(answer.qualified.fits)}


def _write_reports(out: Path, origin: Origin, cases: list[Case]) -> None:
    (out / "report.html").write_text(report_html(origin, cases), encoding="utf-8")
    if cases:
        (out / "report.pdf").write_bytes(report_pdf(origin, cases))


def _line(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['file']}: refused"
    shares = ", ".join(f"{name} {value:.2f}" for name, value in row["probabilities"].items())
    warnings = f" ({'; '.join(row['warnings'])})" if row["warnings"] else ""
    return f"{row['file']}: {row['label']}; {shares}{warnings}"
