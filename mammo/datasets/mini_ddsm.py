"""Mini-DDSM version 2, "The Complete Mini-DDSM": a folder per class and case, masks and a workbook beside the films."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mammo.datasets._agreement import agreed
from mammo.datasets._base import DATASETS, DatasetSpec, Entry, Example, Findings, ImportOptions, LabelPolicy, Lesion
from mammo.datasets._ddsm_names import DdsmView, image_view, mask_view
from mammo.datasets._ddsm_tables import CaseFacts, WorkbookRow, read_ics, read_workbook
from mammo.datasets._walking import Listing, list_files, names_below

_CLASSES = {"normal": "normal", "benign": "benign", "cancer": "malignant"}
_WORKBOOKS = ("datawmask.xlsx", "data-morethantwomasks.xlsx")
_ICS = re.compile(r"([A-D])[-_](\d{4})[-_]\d\.ics", re.IGNORECASE)
_NO_FILM = re.compile(r"boundarymask\..*|tape_.*", re.IGNORECASE)  # an example picture, and strips of all four views
_NO_FACTS = CaseFacts()


@dataclass(frozen=True)
class _Tables:
    """What the files around the films tell."""

    masks: Mapping[DdsmView, Mapping[int, str]]  # mask files by number, from 1
    rows: Mapping[DdsmView, WorkbookRow]
    cases: Mapping[str, CaseFacts]  # of the .ics files, by patient

    def outlines(self, view: DdsmView) -> list[int]:
        """Numbers of the lesions outlined in a view, on file or in the workbook."""
        listed = self.rows[view].outlines if view in self.rows else frozenset()
        return sorted(listed | self.masks.get(view, {}).keys())


def _detect(root: Path, options: ImportOptions) -> bool:  # noqa: ARG001 - one signature for all layouts
    return any(_class_of(file) for file in names_below(root))


def _find(root: Path, options: ImportOptions) -> Findings:  # noqa: ARG001 - one signature for all layouts
    listing = list_files(root)
    copies = _copies(listing)
    chosen = max(copies, key=lambda folder: ("PNG-16" in folder.upper(), -len(folder), folder))
    others = tuple(folder for folder in copies if folder != chosen)
    images = copies[chosen]
    tables = _tables(listing, others)
    sides = _outlined_sides(images, tables)
    entries = tuple(_entry(view, images[view], tables, sides[view.patient_id]) for view in sorted(images))
    taken = {*images.values(), *(file for file in listing.images if _is_beside(file, others))}
    reason = (
        "It is not named and placed as in Mini-DDSM, such as Benign/0029/C_0029_1.LEFT_CC.jpg, or another file shows "
        "the same view."
    )
    absent = [
        listing.absence(row.file, "The workbook") for view, row in sorted(tables.rows.items()) if view not in images
    ]
    return Findings(entries, (*listing.left_over(taken, reason), *absent), _warnings(chosen, others))


def _copies(listing: Listing) -> dict[str, dict[DdsmView, str]]:
    """Films by the folder that holds the folders of the classes: JPEG-8 and PNG-16 hold the same films twice."""
    copies: dict[str, dict[DdsmView, str]] = defaultdict(dict)
    for file in listing.images:
        view = image_view(file)
        if view is not None and _class_of(file):
            copies[PurePosixPath(file).parents[2].as_posix()].setdefault(view, file)
    return copies


def _class_of(file: str) -> str | None:
    """Label by the class folder of a film; None for any other file."""
    path = PurePosixPath(file)
    return _CLASSES.get(path.parts[-3].casefold()) if len(path.parts) >= 3 and image_view(file) else None


def _is_in(file: str, folders: tuple[str, ...]) -> bool:
    return any(PurePosixPath(file).is_relative_to(folder) for folder in folders)


def _is_beside(file: str, others: tuple[str, ...]) -> bool:
    """Whether a picture belongs to the layout without being a film of the chosen copy."""
    is_known = mask_view(file) is not None or _NO_FILM.fullmatch(PurePosixPath(file).name) is not None
    return is_known or (_is_in(file, others) and _class_of(file) is not None)


def _tables(listing: Listing, others: tuple[str, ...]) -> _Tables:
    masks: dict[DdsmView, dict[int, str]] = defaultdict(dict)
    rows: dict[DdsmView, WorkbookRow] = {}
    cases: dict[str, CaseFacts] = {}
    for file in sorted(listing.files):
        name = PurePosixPath(file).name
        if (mask := mask_view(file)) and not _is_in(file, others):
            masks[mask[0]].setdefault(mask[1], file)
        elif name.casefold() in _WORKBOOKS:
            for view, row in read_workbook(listing.root / file).items():
                rows[view] = rows[view].with_outlines(row.outlines) if view in rows else row
        elif match := _ICS.fullmatch(name):
            cases[f"{match[1].upper()}_{match[2]}"] = read_ics(listing.root / file)
    return _Tables(masks, rows, cases)


def _outlined_sides(images: Mapping[DdsmView, str], tables: _Tables) -> dict[str, set[str]]:
    """Sides of each woman on which some view shows an outline, also a view whose film is not here."""
    sides: dict[str, set[str]] = {view.patient_id: set() for view in images}
    for view in tables.masks.keys() | tables.rows.keys():
        if tables.outlines(view):
            sides.setdefault(view.patient_id, set()).add(view.laterality)
    return sides


def _entry(view: DdsmView, file: str, tables: _Tables, outlined_sides: set[str]) -> Entry:
    label = _class_of(file) or ""
    row = tables.rows.get(view)
    listed = (row.laterality, row.view) if row else (None, None)
    laterality, side_warnings = agreed("laterality", {"file name": view.laterality, "workbook": listed[0]})
    projection, view_warnings = agreed("view", {"file name": view.view, "workbook": listed[1]})
    masks = tables.masks.get(view, {})
    outlines = tables.outlines(view)
    missing = tuple(
        f"the workbook lists outline {number}, whose file is not there" for number in outlines if number not in masks
    )
    facts = row.facts if row else _NO_FACTS
    case = tables.cases.get(view.patient_id, _NO_FACTS)
    return Entry(
        file=file,
        patient_id=view.patient_id,
        labels=_labels(label, view, outlined_sides, is_outlined=bool(outlines)),
        laterality=laterality,
        view=projection,
        age=facts.age if facts.age is not None else case.age,
        density=facts.density or case.density,
        scanner=view.letter,
        lesions=tuple(Lesion(label, mask_file=masks.get(number)) for number in outlines),
        warnings=(*side_warnings, *view_warnings, *missing),
    )


def _labels(
    label: str, view: DdsmView, outlined_sides: set[str], *, is_outlined: bool
) -> dict[LabelPolicy, str | None]:
    """The folder labels the woman; only an outline tells which breast and view of an abnormal woman it means.

    Without any outline nobody knows: such a case is left out under ``breast`` and ``visible``.
    """
    if label != "normal" and not outlined_sides:
        return {"case": label, "breast": None, "visible": None}
    breast = label if view.laterality in outlined_sides else "normal"
    return {"case": label, "breast": breast, "visible": label if is_outlined else "normal"}


def _warnings(chosen: str, others: tuple[str, ...]) -> tuple[str, ...]:
    if not others:
        return ()
    left = ", ".join(f"'{folder}'" for folder in others)
    return (
        f"The same films lie here more than once; those in '{chosen}' are taken (16-bit ones where there are any), not "
        f"those in {left}. To take others, add their folder by itself.",
    )


def _example() -> Example:
    """Two films a woman, an outline for each ill one, and the workbook."""
    folders = {"A": "Normal", "B": "Benign", "C": "Cancer"}
    cases = [(f"{folders[letter]}/{woman:04d}", f"{letter}_{woman:04d}_1") for letter in folders for woman in range(4)]
    rows = ["\t".join(("fullPath", "fileName", "View", "Side", "Status", "Tumour_Contour", "Age", "Density"))]
    films = []
    for folder, case in cases:
        for side in ("LEFT", "RIGHT"):
            film = f"{case}.{side}_CC.png"
            films.append(f"{folder}/{film}")
            path = films[-1].replace("/", "\\")
            rows.append("\t".join((path, film, "CC", side, folder.partition("/")[0], "-", "50", "2")))
    masks = [f"{folder}/{case}.LEFT_CC_MASK.png" for folder, case in cases if not case.startswith("A")]
    return Example(films, [*masks, "BoundaryMask.png"], {"DataWMask.xlsx": "\n".join(rows)})


DATASETS.add(
    DatasetSpec(
        name="mini_ddsm",
        label="Mini-DDSM (version 2)",
        detect=_detect,
        find=_find,
        priority=30,
        example=_example(),
        default_policy="case",
        licence="Not stated here: see the Kaggle page.",
        citation="Lekamlage et al. 2020, doi:10.1145/3441369.3441370; Heath et al. 2001 (DDSM)",
        url="https://ardisdataset.github.io/MiniDDSM/",
    )
)
