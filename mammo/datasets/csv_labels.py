"""A folder of images with a table of labels: ``labels.csv`` or any other that a person names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from mammo.datasets._base import (
    CLASS_NAMES,
    DATASETS,
    UNLABELLED,
    DatasetSpec,
    Entry,
    Example,
    Findings,
    ImportOptions,
    Lesion,
)
from mammo.datasets._csv_table import Problems, TableRow, number, read_rows
from mammo.datasets._labels import known_class, meant_class, same_label
from mammo.datasets._patients import unknown_patients
from mammo.datasets._walking import Listing, list_files
from mammo.errors import DatasetError

LABELS_FILE = "labels.csv"
#: Our columns with the other names under which collections keep them; ``ImportOptions.columns`` overrides them.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "file": ("file", "path", "filename", "image"),
    "label": ("label", "class"),
    "patient": ("patient", "patient_id"),
    "laterality": ("laterality", "side"),
    "view": ("view", "view_position"),
    "density": ("density",),
    "abnormality": ("abnormality",),
    "lesion_x": ("lesion_x",),
    "lesion_y": ("lesion_y",),
    "lesion_r": ("lesion_r",),
    "age": ("age",),
    "scanner": ("scanner",),
    "mask": ("mask",),
}
_LATERALITIES = {"l": "L", "left": "L", "r": "R", "right": "R"}
_VIEWS = {"cc": "CC", "mlo": "MLO"}
_OLDEST = 120
_NOTHING = ("", "-")
_MISSING = (*_NOTHING, "?", "n/a", "na", "nan", "none", "null")  # what programs write where they know no value


def _detect(root: Path, options: ImportOptions) -> bool:
    return options.labels_file is not None or (root / LABELS_FILE).is_file()


def _find(root: Path, options: ImportOptions) -> Findings:
    table = _labels_path(root, options)
    entries: dict[str, Entry] = {}
    lines: dict[str, int] = {}
    problems = Problems(table.name)
    listing = list_files(root)
    for row in read_rows(table, _column_names(options.columns), required=("file", "label")):
        file = _file(row["file"], listing)
        _check_file(file, row, lines, problems)
        entries[file] = _entry(file, row, problems)
        for name in row.formulas():
            if name != "file" or file not in listing.files:
                problems.add(row.line, f"{name} holds a formula ({row[name]!r}); replace it by its value")
    problems.raise_if_any()
    present = sorted(entries.keys() & listing.files)
    found = tuple(_with_present_masks(entries[file], listing.files) for file in present)
    absent = tuple(listing.absence(file, table.name) for file in sorted(entries.keys() - listing.files))
    masks = {lesion.mask_file for entry in found for lesion in entry.lesions if lesion.mask_file}
    left_over = listing.left_over(entries.keys() | masks, f"no row in {table.name}")
    unknown = sum(entry.patient_id == entry.file for entry in found)
    return Findings(found, (*left_over, *absent), unknown_patients(unknown, len(found)))


def _labels_path(root: Path, options: ImportOptions) -> Path:
    wanted = options.labels_file or Path(LABELS_FILE)
    places = [wanted, root / wanted] if options.labels_file else [root / wanted]
    for place in places:
        if place.is_file():
            return place
    raise DatasetError(
        f"There is no labels file {wanted} in the current folder or in {root}. Give the path of the table that names "
        f"each image's label."
    )


def _column_names(columns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    unknown = sorted(columns.keys() - _COLUMNS.keys())
    if unknown:
        raise DatasetError(f"There is no column named {unknown[0]!r} to assign; known are: {', '.join(_COLUMNS)}.")
    return _COLUMNS | {ours: (theirs,) for ours, theirs in columns.items()}


def _file(cell: str, listing: Listing) -> str:
    """The file as it is called; if there is none of that name, without blanks around and with forward slashes."""
    return cell if cell in listing.files else PurePosixPath(cell.strip().replace("\\", "/")).as_posix()


def _check_file(file: str, row: TableRow, lines: dict[str, int], problems: Problems) -> None:
    """Whether the row names one file below the root, once; ``lines`` remembers where it stands."""
    path = PurePosixPath(file)
    if not path.parts:
        problems.add(row.line, "no file")
    elif path.is_absolute() or ".." in path.parts:
        problems.add(row.line, f"{file!r} leads out of the folder")
    elif file in lines:
        problems.add(row.line, f"{file!r} stands in line {lines[file]} already")
    lines.setdefault(file, row.line)


def _entry(file: str, row: TableRow, problems: Problems) -> Entry:
    """What the row tells; what it tells wrongly goes to ``problems``."""
    if row.surplus:
        problems.add(row.line, f"{row.surplus} more cells than the header has")
    label = _label(row, problems)
    laterality, side_warnings = _one_of(_LATERALITIES, "laterality", row)
    view, view_warnings = _one_of(_VIEWS, "view", row)
    age = _number("age", row, problems)
    if age is not None and not 0 <= age <= _OLDEST:
        problems.add(row.line, f"age is {age:g}; it must lie between 0 and {_OLDEST} years")
    return Entry(
        file=file,
        patient_id=_text("patient", row) or file,
        labels=same_label(label),
        laterality=laterality,
        view=view,
        age=int(age) if age else None,  # 0 stands for unknown
        density=_text("density", row),
        scanner=_text("scanner", row),
        lesions=_lesions(label, row, problems),
        warnings=(*side_warnings, *view_warnings),
    )


def _label(row: TableRow, problems: Problems) -> str:
    """A known class in any case, or a class of one's own that looks like no known one."""
    text = row["label"]
    known = known_class(text)
    if known is not None:
        return known
    meant = meant_class(text)
    if not text.strip():
        problems.add(row.line, "the label is empty")
    elif text.strip().casefold() in _MISSING:
        problems.add(row.line, f"the label {text!r} names no class; write the class, or {UNLABELLED!r}")
    elif meant is not None:
        problems.add(row.line, f"the label {text!r} is not known; did you mean {meant!r}?")
    elif text != text.strip():
        problems.add(row.line, f"the label {text!r} has blanks around it; did you mean {text.strip()!r}?")
    return text


def _lesions(label: str, row: TableRow, problems: Problems) -> tuple[Lesion, ...]:
    x, y, radius = (_number(name, row, problems) for name in ("lesion_x", "lesion_y", "lesion_r"))
    mask = _text("mask", row)
    kind = _text("abnormality", row)
    if (x is None) != (y is None) or (radius is not None and x is None):
        problems.add(row.line, "a lesion needs both lesion_x and lesion_y")
    if radius is not None and radius <= 0:
        problems.add(row.line, f"lesion_r must be above 0, not {radius:g}")
    if mask is not None and (PurePosixPath(mask).is_absolute() or ".." in PurePosixPath(mask).parts):
        problems.add(row.line, f"mask {mask!r} leads out of the folder")
    has_place = x is not None or mask is not None
    if label == "normal":
        if has_place:
            problems.add(row.line, "a lesion on an image whose label is normal")
        return ()
    return (Lesion(label, kind or "", x, y, radius, mask),) if has_place or kind else ()


def _with_present_masks(entry: Entry, files: frozenset[str]) -> Entry:
    missing = [lesion.mask_file for lesion in entry.lesions if lesion.mask_file and lesion.mask_file not in files]
    if not missing:
        return entry
    lesions = tuple(
        replace(lesion, mask_file=None) if lesion.mask_file in missing else lesion for lesion in entry.lesions
    )
    return replace(entry, lesions=lesions, warnings=(*entry.warnings, f"the mask '{missing[0]}' is not there"))


def _text(name: str, row: TableRow) -> str | None:
    text = row[name].strip()
    return None if text.casefold() in _MISSING else text.replace("\\", "/") if name == "mask" else text


def _number(name: str, row: TableRow, problems: Problems) -> float | None:
    text = row[name].strip()
    if text in _NOTHING:
        return None
    try:
        return number(text)
    except ValueError:
        problems.add(row.line, f"{name} is {text!r}; it must be a number or empty")
        return None


def _one_of(values: Mapping[str, str], name: str, row: TableRow) -> tuple[str | None, tuple[str, ...]]:
    """One of the known values, or None with a warning if the cell holds another."""
    text = _text(name, row)
    if text is None or text.casefold() in values:
        return values.get((text or "").casefold()), ()
    return None, (f"{name} {text!r} is not one of {', '.join(sorted(set(values.values())))}",)


def _example() -> Example:
    """Two films a woman; benign lesions are circles, malignant ones lie in a mask."""
    places = dict(zip(CLASS_NAMES, (",,,", "20,40,8,", ",,,mask.png"), strict=True))
    rows = ["file,label,patient,laterality,view,lesion_x,lesion_y,lesion_r,mask"]
    for place in range(24):
        label = CLASS_NAMES[place // 2 % 3]
        rows.append(f"{place}.png,{label},P{place // 2},{'LR'[place % 2]},MLO,{places[label]}")
    films = [row.partition(",")[0] for row in rows[1:]]
    return Example(films, ["mask.png"], {LABELS_FILE: "\n".join(rows) + "\n"})


DATASETS.add(
    DatasetSpec(
        name="csv_labels",
        label="Images with a table of labels (CSV)",
        detect=_detect,
        find=_find,
        priority=40,
        example=_example(),
        facts_from="table",
    )
)
