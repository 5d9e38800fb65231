"""Training now, in the foreground; or queued for a worker; or only saying what it would cost."""

from __future__ import annotations

from typing import Annotated

import typer

from mammo.commands._foreground import carry_out_here
from mammo.commands._job_words import job_result, queued_lines, result_lines
from mammo.commands._output import Json, expected_failures, owner, show
from mammo.commands._settings import Values, parsed_values
from mammo.config import settings
from mammo.datasets.splitting import split_samples
from mammo.errors import ParameterError
from mammo.jobs.planning import plan_of, policy_of, timed_plan
from mammo.jobs.workers import this_process
from mammo.models import MODELS
from mammo.models.weights import check_weights
from mammo.store import NewJob, Store, open_store
from mammo.training.config import TrainingConfig
from mammo.training.presets import PRESETS


@expected_failures
def train(
    dataset: Annotated[str, typer.Option(help="Name of a data set on this server.")],
    split: Annotated[str | None, typer.Option(help="Name of a split; a patient split is made without.")] = None,
    preset: Annotated[str, typer.Option(help=", ".join(PRESETS))] = "recommended",
    values: Values = None,
    *,
    queue: Annotated[bool, typer.Option("--queue", help="Leave it to a worker, and return at once.")] = False,
    key: Annotated[str | None, typer.Option(help="Sent again with the same key, no second job is made.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would cost.")] = False,
    as_json: Json = False,
) -> None:
    """Train, then score on validation and test."""
    config = PRESETS[preset].config(parsed_values(values or []))
    store = open_store(settings())
    split_name = None if config.folds else _split_name(store, dataset, split, config)
    check_weights(MODELS[config.model], config.weights, settings().weights_dir)
    if dry_run:
        plan, known = timed_plan(store, dataset, split_name, config)
        shown = {**plan.to_dict(), "seconds_known": known}
        show({"plan": shown}, [f"{name}: {value}" for name, value in shown.items()], as_json=as_json)
        return
    plan_of(store, dataset, split_name, config)  # what can't start is refused before a job is made
    terminal = None if queue else this_process("terminal")
    new = NewJob("training", config.to_dict(), owner(), dataset, split_name, idempotency_key=_checked_key(key))
    job = store.jobs.submit(new, terminal)
    if (job.config, job.data_set, job.split) != (new.config, dataset, split_name):
        raise ParameterError(f"The key {key!r} was used for job {job.id}, which is another training. Take another key.")
    if terminal is not None and job.worker == terminal:
        job = carry_out_here(store, job.id, job.attempt)
    show(job_result(job), queued_lines(store, job) if queue else result_lines(job), as_json=as_json)


def _checked_key(key: str | None) -> str | None:
    if key is not None and not (key.isprintable() and 0 < len(key) <= 200):
        raise ParameterError("A key is a text of 1 to 200 printable characters.")
    return key and f"{owner()}: {key}"  # nobody's key gives them another one's job


def _split_name(store: Store, dataset: str, wanted: str | None, config: TrainingConfig) -> str:
    """The split by its name, or a new patient split; the same one again for the same seed."""
    if wanted is not None:
        return store.splits.get(dataset, wanted).name
    samples = store.data_sets.samples(dataset)
    made = split_samples(samples, by="patient", seed=config.seed, policy=policy_of(store, dataset, config))
    return store.splits.add(dataset, made, by=owner()).name
