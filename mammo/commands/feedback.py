"""What people think of predictions: list, export to learn from, remove a kept picture."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from mammo.commands._output import Json, Progress, expected_failures, owner, show
from mammo.config import settings
from mammo.jobs.kept_pictures import remove_picture
from mammo.jobs.opinion_export import LABELS, OpinionExport
from mammo.store import OpinionRecord, open_store

app = typer.Typer(help="Opinions on predictions: list, export, remove.", no_args_is_help=True, add_completion=False)

Job = Annotated[int | None, typer.Option(help="Only opinions on the answers of this job.")]
Person = Annotated[str | None, typer.Option(help="Only this person's opinions.")]


@app.command("list")
@expected_failures
def list_all(job: Job = None, person: Person = None, as_json: Json = False) -> None:
    """What is thought now, the latest first."""
    records = open_store(settings()).opinions.list(viewer=owner(), job=job, person=person)
    lines = [_line(one) for one in records]
    show({"opinions": [_facts(one) for one in records]}, lines or ["No opinion."], as_json=as_json)


@app.command()
@expected_failures
def export(
    folder: Annotated[Path, typer.Argument(help="The folder to write; nothing may be there yet.")],
    job: Job = None,
    person: Person = None,
    as_json: Json = False,
) -> None:
    """Write the pictures on which there are opinions, with the classes that people hold right."""
    exporting = OpinionExport(owner(), person, job)
    done = exporting.carry_out(open_store(settings()), settings(), folder, Progress("Writing"))
    left_out = [asdict(one) for one in done.left_out]
    result = {"images": done.images, "patients": done.patients, "classes": done.classes, "left_out": left_out}
    classes = ", ".join(f"{number} {label}" for label, number in done.classes.items())
    lines = [
        f"{done.images} images of {done.patients} women: {classes}",
        *(f"left out: {one.image[:12]}: {one.reason}" for one in done.left_out),
        f"To learn from them: datasets add {folder} --labels {LABELS}",
    ]
    show(result, lines, as_json=as_json)


@app.command()
@expected_failures
def remove(
    image: Annotated[str, typer.Argument(help="SHA-256 of what was uploaded, as `list` names it.")],
    as_json: Json = False,
) -> None:
    """Remove a kept picture of yours, or as an administrator anybody's; opinions on it stay."""
    remove_picture(open_store(settings()), settings(), image, by=owner())
    show({"removed": image}, [f"{image[:12]} is removed."], as_json=as_json)


def _facts(one: OpinionRecord) -> dict[str, Any]:
    values = {name: value for name, value in vars(one).items() if name != "id"}
    return {**values, "at": one.at.isoformat(), "lesion": None if one.lesion is None else dict(one.lesion)}


def _line(one: OpinionRecord) -> str:
    said = f"{one.verdict}s with {one.predicted}" if one.verdict == "agree" else f"disagrees with {one.predicted}"
    meant = f", holds {one.label} right" if one.verdict == "disagree" and one.label else ""
    note = f": {' '.join(one.note.split())}" if one.note else ""
    return f"{one.at:%Y-%m-%d %H:%M}  job {one.job}  {one.image[:12]}  {one.person} {said}{meant}{note}"
