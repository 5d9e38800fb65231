"""Audits of a finished training, queued for a worker; what is known already is told at once."""

from __future__ import annotations

from typing import Annotated

import typer

from mammo.audits.background import BackgroundControl
from mammo.commands._job_words import job_facts, queued_lines
from mammo.commands._output import RESEARCH_USE, Json, expected_failures, owner, show
from mammo.config import settings
from mammo.errors import JobStateError, ParameterError
from mammo.evaluation.scores import SCORES
from mammo.jobs.leakage_twin import MOST_SEEDS, find_twin, missing_trainings, premium_of, queue_twin, recipe_of_job
from mammo.store import JobFilter, JobRecord, JobState, NewJob, Store, open_store
from mammo.training.config import TrainingConfig

app = typer.Typer(help="Audits of a training: leakage twin, background.", no_args_is_help=True, add_completion=False)

JobId = Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="Number of the finished training.")]
_BACKGROUND = "background_control"


@app.command()
@expected_failures
def twin(
    job_id: JobId,
    seeds: Annotated[int, typer.Option(min=1, max=MOST_SEEDS, help="Pairs of trainings, each of its own seed.")] = 3,
    score: Annotated[str, typer.Option(help=", ".join(SCORES))] = "balanced_accuracy",
    as_json: Json = False,
) -> None:
    """Train the same recipe by image split and by patient split, and tell what the first seems to add."""
    store = open_store(settings())
    SCORES[score]  # an unknown one is refused before anything is queued
    recipe = recipe_of_job(store, store.jobs.get(job_id))
    missing = missing_trainings(store, recipe, seeds)
    found = queue_twin(store, recipe, seeds=seeds, by=owner()) if missing else find_twin(store, recipe)
    premium = premium_of(store, found, score)
    shown = {
        "job": job_id,
        "queued": missing,
        "trainings": [job_facts(one) for one in found.jobs],
        "premium": None if premium is None else str(premium),
    }
    ended = sum(one.is_finished for one in found.jobs)
    lines = [f"Queued {missing} trainings. {ended} of {len(found.jobs)} have ended."]
    lines += [str(premium), RESEARCH_USE] if premium else ["No pair has succeeded on both sides yet; ask again later."]
    show(shown, lines, as_json=as_json)


@app.command()
@expected_failures
def background(job_id: JobId, as_json: Json = False) -> None:
    """Ask a training what it tells when the breast, or everything else, is blanked out."""
    store = open_store(settings())
    job = _film_training(store, job_id)
    controls = [one for one in store.jobs.list(JobFilter(kind=_BACKGROUND)) if one.config.get("job") == job_id]
    open_ones = [one for one in controls if not one.is_finished or one.state == JobState.SUCCEEDED]
    if open_ones:
        latest = open_ones[0]
    else:
        key = f"{_BACKGROUND} {job_id} {len(controls)}"
        latest = store.jobs.submit(
            NewJob(_BACKGROUND, {"job": job_id}, owner(), data_set=job.data_set, idempotency_key=key)
        )
    result = (latest.result or {}).get("control")
    if result is None:
        show({**job_facts(latest), "control": None}, queued_lines(store, latest), as_json=as_json)
        return
    control = BackgroundControl.from_json(result)
    show({**job_facts(latest), "control": result}, [f"{control.light}: {control}", RESEARCH_USE], as_json=as_json)


def _film_training(store: Store, job_id: int) -> JobRecord:
    job = store.jobs.get(job_id)
    if job.kind != "training" or job.state != JobState.SUCCEEDED:
        raise JobStateError(f"Job {job_id} is a {job.kind} that is {job.state}; a control needs a finished training.")
    if TrainingConfig.of(job.config).region != "none":
        raise ParameterError(f"Job {job_id} judges squares cut out of films, which have no background.")
    return job
