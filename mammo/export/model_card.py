"""A model card in Markdown, from what is known and nothing else; what only its author knows is left blank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mammo.evaluation.scores import SCORES
from mammo.export.facts import DataFacts, EvaluationFacts, PartFacts
from mammo.report import RESEARCH_USE

BLANK = "_for the author_"
_SELECTED = {"last": "that of the last iteration", "best": "that of the best validation"}


def model_card(facts: EvaluationFacts) -> str:
    """The card: model, data, training, scores, limits, and the items of CLAIM that a program can fill.

    Source:
        Mitchell et al. 2019, Model cards for model reporting; Mongan et al. 2020, CLAIM, doi:10.1148/ryai.2020200029,
        whose numbers its items have; Tejani et al. 2024, CLAIM: 2024 update.
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
        *_demographics(facts.parts),
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


def _demographics(parts: Iterable[PartFacts]) -> list[str]:
    """Who is in which part."""
    rows = [
        f"| {text(one.part)} | {one.images} | {one.women} | {text(_counts(one.classes))} | {text(_ages(one))} | "
        f"{text(_counts(one.densities))} |"
        for one in parts
    ]
    if not rows:
        return []
    head = "| part | images | women | images by class | age in years | women by density |"
    return ["## Who is in which part", "\n".join([head, "|---|---|---|---|---|---|", *rows])]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _ages(part: PartFacts) -> str:
    if part.ages is None:
        return "not known"
    least, median, greatest = part.ages
    unknown = f", not known of {part.age_unknown}" if part.age_unknown else ""
    return f"{least} to {greatest}, median {median:g}{unknown}"


def _claim(facts: EvaluationFacts) -> list[str]:
    """Items of the checklist by their numbers in its first edition, with what is known of each."""
    data, folds = facts.data, int(facts.config.get("folds") or 0)
    known = [
        ("7 Data sources", data and f"{data.name}, {data.images} images of {data.women} women, layout {data.layout}"),
        ("8 Eligibility criteria", data and f"every readable image; {data.refused} files could not be read"),
        ("9 Pre-processing", facts.model.get("pipeline_hash") or facts.config.get("enhancement")),
        ("10 Selection of subsets", "squares around lesions" if _has_regions(facts) else "whole films"),
        ("11 Definition of data elements", data and f"label policy {data.label_policy}"),
        ("12 De-identification", "headers are not kept; no names, dates or identifiers are stored"),
        ("13 Missing data", data and "images without a label under the policy are left out"),
        (
            "14 Definition of the reference standard",
            data and f"the collection's labels, policy {data.label_policy}",
        ),
        ("15 Rationale for the reference standard", None),
        ("16 to 18 Source, annotators and tools, variability of annotations", None),
        ("19 Intended sample size", None),
        ("20 How data were partitioned", data and f"by {data.split_by}, seed {data.split_seed}"),
        ("21 Level at which partitions are disjoint", data and ("image" if data.leaks else "patient")),
        ("22 Model", f"{facts.config.get('model')}, classes {', '.join(facts.predictions.class_names)}"),
        ("23 Software and versions", ", ".join(f"{name} {one}" for name, one in sorted(facts.versions.items()))),
        ("24 Initialization of parameters", facts.config.get("weights")),
        ("25 Training, hyperparameters", "table above"),
        ("26 How the final model was selected", _SELECTED.get(str(facts.config.get("selection")))),
        ("27 Ensembling", f"mean of {folds} folds in prediction; none in the test" if folds > 1 else "none"),
        ("28 Metrics, with definitions", "table above; definitions stand in scores.csv"),
        ("29 Statistical uncertainty", "95% intervals, patient-clustered bootstrap"),
        ("30 Robustness or sensitivity analysis", " ".join(facts.robustness)),
        ("31 Explainability", " ".join(facts.trust)),
        ("32 Internal and external testing", "internal; no other data set" if data else None),
        ("33 Flow of participants", data and f"images by part: {_counts(data.split_images)}"),
        ("34 Demographics of each partition", "table above" if facts.parts else None),
        ("35 Performance with uncertainty", "table above"),
        ("36 Failure analysis of wrong cases", _failures(facts)),
        ("37 Limitations", "under what can and can't be said" if facts.notes else None),
        ("38 Implications for practice", None),
        ("39 and 40 Registration, protocol", None),
        ("41 Availability of software, model and data", None),
        ("42 Funding, conflicts of interest", None),
        ("Ethics approval or exemption", None),
    ]
    return ["## CLAIM, items that a program can fill", *_section("", known)[1:]]


def _has_regions(facts: EvaluationFacts) -> bool:
    return str(facts.config.get("region", "none")) != "none"


def _failures(facts: EvaluationFacts) -> str:
    """How many are wrong, and how most of them."""
    counts, names = facts.evaluation.confusion.counts, facts.evaluation.confusion.class_names
    errors = [
        (int(counts[true, called]), names[true], names[called])
        for true in range(len(names))
        for called in range(len(names))
        if true != called
    ]
    wrong = sum(count for count, *_ in errors)
    if not wrong:
        return f"none of {facts.evaluation.n} images is wrong"
    count, true, called = max(errors, key=lambda one: one[0])
    return (
        f"{wrong} of {facts.evaluation.n} images are wrong, most often {true} called {called} ({count}); each stands "
        "in predictions.csv"
    )
