"""Taking an evaluation along."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mammo.commands._output import Json, expected_failures, show
from mammo.config import settings
from mammo.errors import ParameterError
from mammo.files import write_whole
from mammo.jobs.exporting import export_facts
from mammo.store import open_store


@expected_failures
def export(
    job: Annotated[int, typer.Argument(help="A finished training.")],
    file: Annotated[Path, typer.Argument(help="The ZIP to write; nothing may be there yet.")],
    as_json: Json = False,
) -> None:
    """Write predictions, scores, figures and a model card into one ZIP."""
    from mammo.export.bundle import evaluation_zip  # with matplotlib, which takes a second

    if file.exists():
        raise ParameterError(f"{file} is there already; give another name.")
    if not file.absolute().parent.is_dir():
        raise ParameterError(f"The folder {file.absolute().parent} does not exist.")
    where = settings()
    content = evaluation_zip(export_facts(open_store(where), job, where.job_dir(job)))
    write_whole(file, content)
    show({"job": job, "file": str(file), "bytes": len(content)}, [f"{file}: {len(content):,} bytes"], as_json=as_json)
