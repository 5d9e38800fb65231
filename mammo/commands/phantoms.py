"""Writing synthetic mammograms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from mammo.commands._output import Json, Progress, expected_failures, show
from mammo.phantoms import KINDS, PhantomOptions, write_phantoms
from mammo.phantoms.kinds import Kind


@expected_failures
def phantoms(  # noqa: PLR0917 - one argument per option
    path: Annotated[Path, typer.Argument(help="Folder to write; it must be new or empty.")],
    patients: Annotated[int, typer.Option(help="Women, four pictures each.")] = 225,
    kind: Annotated[str, typer.Option(help=", ".join(KINDS))] = "demo",
    seed: Annotated[int, typer.Option(min=0)] = 0,
    patient_texture: Annotated[float, typer.Option(help="Texture shared by a woman's views, 0 to 1.")] = 0.75,
    confound: Annotated[float | None, typer.Option(help="What the scanner tells of the class, 0 to 1.")] = None,
    as_json: Json = False,
) -> None:
    """Write synthetic mammograms in the layout of Mini-DDSM."""
    options = PhantomOptions(
        patients=patients, kind=cast(Kind, kind), seed=seed, patient_texture=patient_texture, confound=confound
    )
    summary = write_phantoms(path, options, on_progress=Progress("Women drawn"))
    shown = {"images": summary.images, "patients": summary.patients, "classes": dict(summary.counts)}
    line = f"{summary.images} synthetic mammograms of {summary.patients} women in {path}"
    show(shown, [line, f"Next: python -m mammo datasets add {path}"], as_json=as_json)
