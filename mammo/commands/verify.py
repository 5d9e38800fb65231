"""Recomputing a report."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from mammo.commands._output import RESEARCH_USE, Json, expected_failures, show
from mammo.config import settings
from mammo.errors import MammoError, NotFoundError
from mammo.imaging.reading import read_bytes
from mammo.ingest.pool import shared_pool
from mammo.jobs.embeddings import likeness_of
from mammo.jobs.lessons import lessons_of_job
from mammo.report import Check, Here, read_report
from mammo.report import verify as verify_report
from mammo.store import open_store


@expected_failures
def verify(
    report: Annotated[Path, typer.Argument(help="An HTML report of explained predictions.")],
    picture: Annotated[list[Path] | None, typer.Option(help="A file that the report does not hold.")] = None,
    as_json: Json = False,
) -> None:
    """Recompute a report with the model that is here: pass, or what differs (exit code 2)."""
    from mammo.prediction.server import PredictionServer

    try:
        taken_apart = read_report(read_bytes(report).decode("utf-8"))
    except UnicodeDecodeError:
        raise MammoError(f"{report.name} is no report that Mammo wrote.", code="no_report") from None
    with suppress(NotFoundError):  # a model that is not here is told by whoever asks it
        store = open_store(settings())
        lessons_of_job(store, settings(), store.jobs.get(taken_apart.origin.job))
    pool = shared_pool()
    films = [pool.decode(file.name, read_bytes(file)) for file in picture or []]
    server = PredictionServer(settings())
    here = Here(server.explained, pool.decode, server.steadiness, partial(likeness_of, settings()))
    checks = list(verify_report(taken_apart, here, films))
    passed = all(check.is_ok for check in checks)
    told = [{"of": one.of, "check": one.name, "ok": one.is_ok, "detail": one.detail} for one in checks]
    lines = [*map(_line, checks), "pass" if passed else "The report differs.", RESEARCH_USE]
    result = {"pass": passed, "cases": len(taken_apart.cases), "checks": told, "research_use": RESEARCH_USE}
    show(result, lines, as_json=as_json)
    if not passed:
        raise typer.Exit(2)


def _line(check: Check) -> str:
    return f"{'ok     ' if check.is_ok else 'DIFFERS'}  {check.of}, {check.name}: {check.detail}"
