"""A model card in Markdown, from what is known and nothing else; what only its author knows is left blank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mammo.evaluation.scores import SCORES
from mammo.export.facts import DataFacts, EvaluationFacts
from mammo.report import RESEARCH_USE

BLANK = "_for the author_"
_SELECTED = {"last": "that of the last iteration", "best": "that of the best validation"}


def model_card(facts: EvaluationFacts) -> str:
    """The card: model, data, training, scores, limits, and the items of CLAIM that a program can fill.

    Source:
        Mitchell et al. 2019, Model cards for model reporting; Tejani et al. 2024, CLAIM: 2024 update.
    """
    parts = [
        f"# Model of job {facts.job}",
        f"**{RESEARCH_USE}**",
        *_section("Model", _model_rows(facts)),
        *_section("Data", _data_rows(facts.data)),
        *_section("Training", [(name, _set(value)) for name, value in sorted(facts.config.items())]),
        *_section("Scores on test", [(SCORES[name].label, value) for name, value in facts.evaluation.scores.items()]),
        text(facts.protocol),
        *_matrix(facts),
        "## What can and can't be said",
        "\n".join(f"- {text(note)}" for note in (*facts.notes, *facts.evaluation.notes)) or BLANK,
        *_section("Versions", sorted(facts.versions.items())),
        "## Intended use",
        f"Research and teaching. {BLANK}",
        *_claim(facts),
    ]
    return "\n\n".join(parts) + "\n"


def _set(value: object) -> object:
    return "not set" if value in (None, "") else value


def text(value: object) -> str:
    """A value as Markdown shows it, on one line, with no sign taken for markup."""
    flat = " ".join(str(value).split())
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|!$~" else sign for sign in flat)


def _section(title: str, rows: Iterable[tuple[str, object]]) -> list[str]:
    lines = [f"| {text(name)} | {BLANK if value in (None, '') else text(value)} |" for name, value in rows]
    return [f"## {title}", "\n".join(["| | |", "|---|---|", *lines])]


def _model_rows(facts: EvaluationFacts) -> list[tuple[str, object]]:
    known: Mapping[str, Any] = facts.model
    return [
        ("Classes", ", ".join(facts.predictions.class_names)),
        ("Trained by", facts.owner),
        ("Finished", facts.finished_at.isoformat(timespec="seconds") if facts.finished_at else None),
        *((name, value) for name, value in sorted(known.items()) if name != "class_names"),
    ]


def _data_rows(data: DataFacts | None) -> list[tuple[str, object]]:
    if data is None:
        return [("Data set", "no longer on this server")]
    return [
        ("Data set", data.name),
        ("Layout", data.layout),
        ("Images, women", f"{data.images}, {data.women}"),
        ("Images by class", ", ".join(f"{name} {count}" for name, count in data.classes.items())),
        ("Label policy", data.label_policy),
        ("Files refused", data.refused),
        ("Fingerprint", data.fingerprint),
        ("Split", f"by {data.split_by}, seed {data.split_seed}, hash {data.split_hash}"),
        ("Images by part", ", ".join(f"{part} {count}" for part, count in data.split_images.items())),
        ("Leakage", "a woman may have images in training and test" if data.leaks else "no woman is in two parts"),
    ]


def _matrix(facts: EvaluationFacts) -> list[str]:
    matrix = facts.evaluation.confusion
    head = " | ".join(text(name) for name in matrix.class_names)
    rows = [
        f"| **{text(name)}** | {' | '.join(map(str, row))} |"
        for name, row in zip(matrix.class_names, matrix.counts.tolist(), strict=True)
    ]
    line = "|---" * (len(matrix.class_names) + 1) + "|"
    return ["## Confusion matrix", "\n".join([f"| true \\\\ predicted | {head} |", line, *rows])]


def _claim(facts: EvaluationFacts) -> list[str]:
    """Items of the checklist, with what is known of each."""
    data = facts.data
    known = [
        ("Data sources", data and f"{data.name}, {data.images} images of {data.women} women"),
        ("Eligibility criteria", None),
        ("De-identification", "headers are not kept; no names, dates or identifiers are stored"),
        ("Definition of the reference standard", data and f"label policy {data.label_policy}"),
        ("Rationale for the reference standard", None),
        ("How data were partitioned, at which level", data and f"by {data.split_by}"),
        ("Pre-processing", facts.model.get("pipeline_hash") or facts.config.get("enhancement")),
        ("Model", facts.config.get("model")),
        ("Initialization of parameters", facts.config.get("weights")),
        ("Training, hyperparameters", "table above"),
        ("How the final model was selected", _SELECTED.get(str(facts.config.get("selection")))),
        ("Metrics, with definitions", "table above; definitions stand in scores.csv"),
        ("Statistical uncertainty", "95% intervals, patient-clustered bootstrap"),
        ("Failure analysis of wrong cases", None),
        ("External testing", None),
        ("Ethics approval or exemption", None),
        ("Funding, conflicts of interest", None),
    ]
    return ["## CLAIM, items that a program can fill", *_section("", known)[1:]]
