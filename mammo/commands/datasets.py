"""Data sets: add, list, show, check, split."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mammo.commands._output import Json, Progress, expected_failures, owner, say, show
from mammo.config import settings
from mammo.datasets import DATASETS, LABEL_POLICIES, UNLABELLED, ImportOptions, LabelPolicy
from mammo.datasets.balance import split_balance
from mammo.datasets.leakage import leakage_report, scanner_class_association
from mammo.datasets.splitting import SplitBy, split_samples
from mammo.errors import DatasetError, ParameterError
from mammo.files import plain_path
from mammo.jobs.archive_import import import_archive
from mammo.jobs.importing import ImportRequest, import_data_set
from mammo.jobs.shortcuts import data_set_radar
from mammo.store import DataSetRecord, Store, open_store

app = typer.Typer(help="Data sets: add, list, show, check, split.", no_args_is_help=True, add_completion=False)


@app.command()
@expected_failures
def add(  # noqa: PLR0917 - one argument per option
    path: Annotated[Path, typer.Argument(help="Folder of a collection, which stays where it is; or a ZIP.")],
    name: Annotated[str | None, typer.Option(help="Name on this server; PATH's name by default.")] = None,
    layout: Annotated[str, typer.Option(help=f"auto, {', '.join(DATASETS)}")] = "auto",
    labels: Annotated[Path | None, typer.Option(help="CSV of labels, sought here and then below PATH.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="OURS=THEIRS, for a column of another name.")] = None,
    any_aspect: Annotated[bool, typer.Option("--any-aspect", help="Take strips too, with a warning.")] = False,
    as_json: Json = False,
) -> None:
    """Import a folder in place, or a ZIP; add the same folder again to bring in what is new."""
    store, columns = open_store(settings()), _columns(column or [])
    if path.is_file() and path.suffix.lower() == ".zip":
        request = ImportRequest(name or path.stem, path, layout, ImportOptions(labels, columns, any_aspect))
        record, refused = _add_archive(store, request)
    else:
        path = plain_path(path)
        options = ImportOptions(_labels_file(path, labels), columns, any_aspect)
        request = ImportRequest(name or path.name, path, layout, options)
        if path.is_dir():  # a large one is walked through for a while before the first image is read
            say(f"Looking for images in {path}")
        record, refused = import_data_set(store, request, by=owner(), on_progress=Progress("Images read"))
    shown: dict[str, Any] = {**_facts(record), "refused": refused}
    show(shown, [*_lines(record), *_refusal_lines(shown["refused"])], as_json=as_json)


@app.command("list")
@expected_failures
def list_all(as_json: Json = False) -> None:
    """The data sets of this server."""
    records = open_store(settings()).data_sets.list()
    lines = [line for record in records for line in _lines(record)]
    shown = {"datasets": [_facts(record) for record in records]}
    show(shown, lines or ["No data set yet. Add one: python -m mammo datasets add PATH"], as_json=as_json)


@app.command("show")
@expected_failures
def show_one(name: str, as_json: Json = False) -> None:
    """One data set: classes by label policy, splits, refused files, images with a warning."""
    store = open_store(settings())
    record = store.data_sets.get(name)
    samples = store.data_sets.samples(name)
    splits = [split.name for split in store.splits.list(name)]
    refused = [{"file": one.file, "reason": one.reason} for one in store.data_sets.refused(name)]
    spec = DATASETS[record.layout]
    warned = [{"file": sample.id, "warnings": list(sample.warnings)} for sample in samples if sample.warnings]
    shown = {
        **_facts(record),
        "splits": splits,
        "refused": refused,
        "warned": warned,
        "licence": spec.licence,
        "citation": spec.citation,
    }
    lines = [
        *_lines(record),
        *(f"  labels by {policy}: {_counted(counts)}" for policy, counts in record.classes.items()),
        f"  splits: {', '.join(splits) or 'none'}",
        *_refusal_lines(refused),
        *(f"  ! {one['file']}: {', '.join(one['warnings'])}" for one in warned),
        f"  cite: {spec.citation or 'the collection'}",
    ]
    show(shown, lines, as_json=as_json)


@app.command()
@expected_failures
def check(name: str, as_json: Json = False) -> None:
    """Audits: leakage of every split, duplicates, shortcuts beside the breast, quality."""
    store = open_store(settings())
    record = store.data_sets.get(name)
    samples = store.data_sets.samples(name)
    splits = {one.name: store.splits.load(name, one.name) for one in store.splits.list(name)}
    leakage = {one: leakage_report(samples, split).sentences() for one, split in splits.items()}
    association = scanner_class_association(samples, record.label_policy)
    radar = data_set_radar(store, name, on_progress=Progress("Films looked beside")) if _has_labels(record) else None
    warned = [{"file": sample.id, "warnings": list(sample.warnings)} for sample in samples if sample.warnings]
    shown = {
        "name": name,
        "leakage": leakage,
        "scanner_class_association": association,
        "shortcuts": radar and radar.to_json(),
        "quality": warned,
        "warnings": list(record.warnings),
    }
    lines = [f"{one}: {sentence}" for one, sentences in leakage.items() for sentence in sentences]
    lines += ["No split yet: nothing to check for leakage."] if not splits else []
    lines.append(_association_line(association))
    lines += [f"Shortcuts, {one.light}: {one}" for one in radar.probes] if radar else ["No label: no shortcut to seek."]
    lines += [f"! {one['file']}: {', '.join(one['warnings'])}" for one in warned]
    show(shown, lines + list(record.warnings), as_json=as_json)


@app.command()
@expected_failures
def split(  # noqa: PLR0917 - one argument per option
    name: str,
    by: Annotated[str, typer.Option(help="patient, image or paper; the last two leak women across parts")] = "patient",
    fractions: Annotated[str, typer.Option(help="Shares of train, validation and test.")] = "0.8,0.1,0.1",
    seed: Annotated[int, typer.Option(min=0)] = 0,
    split_name: Annotated[str | None, typer.Option("--name", help="Name of the split.")] = None,
    policy: Annotated[str | None, typer.Option(help=f"Labels to balance: {', '.join(LABEL_POLICIES)}")] = None,
    as_json: Json = False,
) -> None:
    """Make an immutable split."""
    store = open_store(settings())
    samples = store.data_sets.samples(name)
    chosen = label_policy(policy) or store.data_sets.get(name).label_policy
    made = split_samples(samples, by=_by(by), fractions=_fractions(fractions), seed=seed, policy=chosen)
    record = store.splits.add(name, made, split_name, by=owner())
    report = leakage_report(samples, made)
    counts = split_balance(samples, made)
    shown = {
        "name": record.name,
        "by": record.by,
        "counts": counts,
        "patients_in_two_splits": len(report.patients_in_two_splits),
        "hash": record.hash,
        "warnings": report.sentences(),
    }
    lines = [f"Split {record.name} of {name}, by {record.by}, seed {seed}"]
    lines += [f"  {part}: {_counted(classes)}" for part, classes in counts.items()]
    show(shown, [*lines, *(f"  {sentence}" for sentence in report.sentences())], as_json=as_json)


def label_policy(value: str | None) -> LabelPolicy | None:
    """A label policy by its name, None for none; ParameterError for another word."""
    for policy in LABEL_POLICIES:
        if value == policy:
            return policy
    if value is None:
        return None
    raise ParameterError(f"There is no label policy named {value!r}; known are: {', '.join(LABEL_POLICIES)}.")


def _add_archive(store: Store, request: ImportRequest) -> tuple[DataSetRecord, list[dict[str, str]]]:
    shown = Progress("Percent")
    record, refused = import_archive(
        store, settings(), request, by=owner(), on_progress=lambda share, note: shown(int(100 * share), 100, note)
    )
    return record, [{"file": one.file, "reason": one.reason} for one in refused]


def _labels_file(root: Path, labels: Path | None) -> Path | None:
    if labels is None:
        return None
    found = next((file for file in (labels, root / labels) if file.is_file()), None)
    if found is None:
        raise DatasetError(f"There is no label file {labels}, neither here nor in {root.name}.")
    return found.absolute()


def _columns(pairs: list[str]) -> dict[str, str]:
    bad = next((pair for pair in pairs if "=" not in pair), None)
    if bad is not None:
        raise ParameterError(f"A column is given as OURS=THEIRS, as in patient=PatientNumber; {bad!r} is not.")
    return dict(pair.split("=", 1) for pair in pairs)


def _by(value: str) -> SplitBy:
    choices: tuple[SplitBy, ...] = ("patient", "image", "paper")
    for choice in choices:
        if value == choice:
            return choice
    raise ParameterError(f"A split is made by patient, image or paper, not by {value!r}.")


def _fractions(text: str) -> tuple[float, float, float]:
    try:
        train, validation, test = (float(part) for part in text.split(","))
    except ValueError:
        raise ParameterError(f"Fractions are three numbers such as 0.8,0.1,0.1; {text!r} is not.") from None
    return train, validation, test


def _facts(record: DataSetRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "layout": record.layout,
        "images": record.images,
        "patients": record.patients,
        "classes": dict(record.classes[record.label_policy]),
        "label_policy": record.label_policy,
        "label_policies": {policy: dict(counts) for policy, counts in record.classes.items()},
        "fingerprint": record.fingerprint,
        "warnings": list(record.warnings),
    }


def _lines(record: DataSetRecord) -> list[str]:
    classes = _counted(record.classes[record.label_policy])
    return [
        f"{record.name}: {record.images} images of {record.patients} women ({classes})",
        *(f"  {warning}" for warning in record.warnings),
    ]


def _refusal_lines(refused: list[dict[str, str]]) -> list[str]:
    if not refused:
        return ["  no file refused"]
    return [f"  refused: {len(refused)}", *(f"    {one['file']}: {one['reason']}" for one in refused)]


def _has_labels(record: DataSetRecord) -> bool:
    return any(label != UNLABELLED and count for label, count in record.classes[record.label_policy].items())


def _association_line(association: float | None) -> str:
    if association is None:
        return "Scanner and class: no scanner is known for this data set."
    return f"Scanner and class: Cramer's V {association:.2f} (0 tells nothing of the class, 1 gives it away)."


def _counted(counts: Any) -> str:
    return ", ".join(f"{label} {count}" for label, count in counts.items())
