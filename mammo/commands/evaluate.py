"""Scoring finished models."""

from __future__ import annotations

from typing import Annotated

import typer

from mammo.commands._output import RESEARCH_USE, Json, expected_failures, show
from mammo.config import settings
from mammo.errors import ParameterError
from mammo.evaluation.wording import chance_sentences, score_lines, summary_lines
from mammo.jobs.evaluation import evaluate_job
from mammo.jobs.seed_means import mean_of_jobs
from mammo.jobs.training_result import position_sentence
from mammo.store import open_store


@expected_failures
def evaluate(
    jobs: Annotated[list[int], typer.Argument(help="A finished training; several of other seeds give their mean.")],
    dataset: Annotated[str | None, typer.Option(help="Another data set; the job's own by default.")] = None,
    split: Annotated[str, typer.Option(help="test, or all images.")] = "test",
    as_json: Json = False,
) -> None:
    """Score a model: the job's test part, or all images of another data set."""
    if len(jobs) > 1:
        if dataset is not None or split != "test":
            raise ParameterError(
                "The mean of several jobs is of their own test parts; leave --dataset and --split out."
            )
        _show_mean(jobs, as_json=as_json)
        return
    evaluation = evaluate_job(open_store(settings()), settings(), jobs[0], data_set=dataset, part=split)
    sentences = chance_sentences(evaluation)
    shown = {"job": jobs[0], "dataset": dataset, **evaluation.to_json(), "sentences": sentences}
    show(shown, [*summary_lines(evaluation), "", *sentences, RESEARCH_USE], as_json=as_json)


def _show_mean(jobs: list[int], *, as_json: bool) -> None:
    means = mean_of_jobs(open_store(settings()), jobs)
    lines = [f"Mean of {len(jobs)} trainings, tested on {means.patients} women", "", *score_lines(means.scores)]
    sentences = []
    if means.position_control is not None:
        lines += ["", "Control: normal regions at random places", "", *score_lines(means.position_control)]
        sentences.append(position_sentence(means.scores, means.position_control))
    shown = {**means.to_json(), "sentences": sentences}
    show(shown, [*lines, "", *sentences, RESEARCH_USE], as_json=as_json)
