"""Explained predictions of image files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import cv2
import typer

from mammo.commands._output import RESEARCH_USE, Json, expected_failures, say, show
from mammo.config import settings
from mammo.errors import MammoError, ParameterError
from mammo.explanation import CAM_METHODS, CamMethod
from mammo.imaging.reading import read_bytes
from mammo.ingest.pool import shared_pool
from mammo.report import Case, ReportSource, as_jpeg, write_report
from mammo.store import open_store

if TYPE_CHECKING:
    from mammo.training.model_folder import TrainedModel


@expected_failures
def predict(
    job: Annotated[int, typer.Argument(help="A finished training.")],
    files: Annotated[list[Path], typer.Argument(help="PNG, JPEG, TIFF, PGM or DICOM.")],
    cam: Annotated[str, typer.Option(help=", ".join(CAM_METHODS))] = "grad_cam",
    out: Annotated[Path | None, typer.Option(help="Folder for heat maps and an HTML report.")] = None,
    as_json: Json = False,
) -> None:
    """Classify files and show where the answer comes from."""
    from mammo.inference import load_models

    method = CAM_METHODS[cam]
    where = settings()
    record = open_store(where).jobs.get(job)
    models = load_models(where.job_dir(record.id))
    if models[0].config.region != "none":
        raise ParameterError(f"Job {job} judges regions around lesions, not whole films; take a job trained on films.")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    cases: list[Case] = []
    for number, file in enumerate(files, start=1):
        try:
            row, case = _explained(models, file, method, out, number)
        except MammoError as error:
            rows.append({"file": file.name, "error": str(error)})
            continue
        rows.append(row)
        cases += [case] if case else []
    if out is not None:
        first = models[0]
        source = ReportSource(job, first.spec.label, first.weights_sha256, first.pipeline.hash, method.label)
        write_report(out / "report.html", source, cases)
    show({"predictions": rows, "research_use": RESEARCH_USE}, [*map(_line, rows), RESEARCH_USE], as_json=as_json)
    refused = [row["error"] for row in rows if "error" in row]
    for sentence in refused:
        say(sentence)
    if refused:
        raise typer.Exit(2)


def _explained(
    models: Sequence[TrainedModel], file: Path, method: CamMethod, out: Path | None, number: int
) -> tuple[dict[str, Any], Case | None]:
    """One file's answer, and its case for the report where a folder is given."""
    from mammo.inference import overlaid
    from mammo.inference import predict as predict_image

    image = shared_pool().decode(file.name, read_bytes(file))
    prediction = predict_image(models, image, method)
    row: dict[str, Any] = {
        "file": file.name,
        "label": prediction.label,
        "probabilities": prediction.probabilities,
        "heatmap": method.name,
        "overlay": None,
        "warnings": list(prediction.warnings),
    }
    if out is None or prediction.heatmap is None:
        return row, None
    picture = overlaid(image.pixels, prediction.heatmap)
    row["overlay"] = f"overlay-{number}.png"
    cv2.imwrite(str(out / row["overlay"]), picture[..., ::-1])
    return row, Case(file.name, prediction.label, prediction.probabilities, as_jpeg(picture), prediction.warnings)


def _line(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['file']}: refused"
    shares = ", ".join(f"{name} {value:.2f}" for name, value in row["probabilities"].items())
    warnings = f" ({'; '.join(row['warnings'])})" if row["warnings"] else ""
    return f"{row['file']}: {row['label']}; {shares}{warnings}"
