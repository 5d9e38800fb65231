"""Training now, in the foreground, or only saying what it would cost."""

from __future__ import annotations

import ast
from typing import Annotated, Any

import typer

from mammo.commands._output import RESEARCH_USE, Json, Progress, expected_failures, owner, say, show
from mammo.config import settings
from mammo.datasets.splitting import split_samples
from mammo.errors import ParameterError
from mammo.evaluation.evaluation import Evaluation
from mammo.evaluation.wording import summary_lines
from mammo.jobs.planning import plan_of, policy_of
from mammo.jobs.training import TRAINING, carry_out_training, start_training
from mammo.jobs.workers import this_process
from mammo.store import JobRecord, NewJob, Store, open_store
from mammo.training.config import TrainingConfig
from mammo.training.presets import PRESETS

Settings = Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, put over the preset; repeat for more.")]


@expected_failures
def train(
    dataset: Annotated[str, typer.Option(help="Name of a data set on this server.")],
    split: Annotated[str | None, typer.Option(help="Name of a split; a patient split is made without.")] = None,
    preset: Annotated[str, typer.Option(help=", ".join(PRESETS))] = "recommended",
    values: Settings = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would cost.")] = False,
    as_json: Json = False,
) -> None:
    """Train, then score on validation and test."""
    config = PRESETS[preset].config(parsed_values(values or []))
    store = open_store(settings())
    split_name = None if config.folds else _split_name(store, dataset, split, config)
    plan = plan_of(store, dataset, split_name, config).to_dict()  # what can't start is refused before a job is made
    if dry_run:
        show({"plan": plan}, [f"{key}: {value}" for key, value in plan.items()], as_json=as_json)
        return
    new = NewJob(kind=TRAINING, config=config.to_dict(), owner=owner(), data_set=dataset, split=split_name)
    job = store.jobs.submit(new, this_process("terminal"))
    finished = carry_out_here(store, job.id, job.attempt)
    show(job_result(finished), result_lines(finished), as_json=as_json)


def carry_out_here(store: Store, job_id: int, attempt: int | None = None) -> JobRecord:
    """See a job through in this process; one that is not started yet is started or taken over."""
    number = attempt or start_training(store, job_id, this_process("terminal"))
    job = store.jobs.get(job_id)
    say(f"Job {job_id}: training on {job.data_set}, attempt {number}. {RESEARCH_USE}")
    shown = Progress(f"Job {job_id}, percent")
    return carry_out_training(store, settings(), job_id, number, lambda share, note: shown(int(100 * share), 100, note))


def job_result(job: JobRecord) -> dict[str, Any]:
    """What ``train --json`` prints."""
    result = job.result or {}
    test = result.get("test", {})
    return {
        "job": job.id,
        "status": job.state,
        "model": job.config["model"],
        "best": result.get("validation", {}).get("scores", {}).get("balanced_accuracy"),
        "scores": test.get("scores", {}),
        "test": test,
        "position_control": result.get("position_control"),
        "notes": result.get("notes", []),
    }


def result_lines(job: JobRecord) -> list[str]:
    """The end of a training for a person."""
    if not job.result:
        return [f"Job {job.id} is {job.state}. Go on with: python -m mammo jobs resume {job.id}"]
    lines = [f"Job {job.id} has {job.state}."]
    for part, title in (("test", "Test"), ("position_control", "Control: normal regions at random places")):
        if part in job.result:
            lines += ["", title, *summary_lines(Evaluation.from_json(job.result[part]))]
    return [*lines, "", *job.result["notes"], RESEARCH_USE]


def parsed_values(pairs: list[str]) -> dict[str, Any]:
    """``KEY=VALUE`` pairs, numbers and true/false read as such; ParameterError for a pair without ``=``."""
    bad = next((pair for pair in pairs if "=" not in pair), None)
    if bad is not None:
        raise ParameterError(f"A setting is given as KEY=VALUE, as in epochs=5; {bad!r} is not.")
    return {key.strip(): _literal(value.strip()) for key, value in (pair.split("=", 1) for pair in pairs)}


def _literal(text: str) -> Any:
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _split_name(store: Store, dataset: str, wanted: str | None, config: TrainingConfig) -> str:
    """The split by its name, or a new patient split; the same one again for the same seed."""
    if wanted is not None:
        return store.splits.get(dataset, wanted).name
    samples = store.data_sets.samples(dataset)
    made = split_samples(samples, by="patient", seed=config.seed, policy=policy_of(store, dataset, config))
    return store.splits.add(dataset, made, by=owner()).name
