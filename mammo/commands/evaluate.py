"""Scoring a finished model on any data set."""

from __future__ import annotations

from typing import Annotated

import typer

from mammo.commands._output import RESEARCH_USE, Json, expected_failures, show
from mammo.config import settings
from mammo.evaluation.wording import chance_sentences, summary_lines
from mammo.jobs.evaluation import evaluate_job
from mammo.store import open_store


@expected_failures
def evaluate(
    job: Annotated[int, typer.Argument(help="A finished training.")],
    dataset: Annotated[str | None, typer.Option(help="Another data set; the job's own by default.")] = None,
    split: Annotated[str, typer.Option(help="test, or all images.")] = "test",
    as_json: Json = False,
) -> None:
    """Score a model: the job's test part, or all images of another data set."""
    evaluation = evaluate_job(open_store(settings()), settings(), job, data_set=dataset, part=split)
    sentences = chance_sentences(evaluation)
    shown = {"job": job, "dataset": dataset, **evaluation.to_json(), "sentences": sentences}
    show(shown, [*summary_lines(evaluation), "", *sentences, RESEARCH_USE], as_json=as_json)
