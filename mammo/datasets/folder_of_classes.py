"""Any folder whose subfolders are classes, among them Mini-DDSM version 1."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from mammo.datasets._base import CLASS_NAMES, DATASETS, DatasetSpec, Entry, Example, Findings, ImportOptions, Refusal
from mammo.datasets._ddsm_names import image_view
from mammo.datasets._labels import known_class, same_label
from mammo.datasets._patients import unknown_patients
from mammo.datasets._walking import list_files, names_below

_MASK = re.compile(r"(?:(?<![A-Za-z])[Mm][Aa][Ss][Kk]|(?<=[a-z])Mask)(?![a-z])")  # the word, not a part of another


def _detect(root: Path, options: ImportOptions) -> bool:  # noqa: ARG001 - one signature for all layouts
    """Only the field's class names speak for themselves: other folders could be women, and a lone M a sex."""
    seen: set[str] = set()
    for file in names_below(root):
        for folder in PurePosixPath(file).parent.parts:
            name = known_class(folder)
            if name and (len(folder) > 1 or seen - {name}):
                return True
            seen |= {name} if name else set()
    return False


def _find(root: Path, options: ImportOptions) -> Findings:  # noqa: ARG001 - one signature for all layouts
    listing = list_files(root)
    masks = {file for file in listing.images if _MASK.search(PurePosixPath(file).stem)}
    images = [file for file in listing.images if file not in masks]
    depth = _class_depth(images)
    in_class = [file for file in images if len(_folders(file)) > depth]
    entries = tuple(_entry(file, depth) for file in in_class)
    reason = "By its name it is the mask of a lesion, not a film."
    refused = tuple(Refusal(file, reason, "mask") for file in sorted(masks))
    left_over = listing.left_over({*in_class, *masks}, "It lies in no folder that names a class.")
    return Findings(entries, (*refused, *left_over), _warnings(in_class, depth))


def _folders(file: str) -> tuple[str, ...]:
    return PurePosixPath(file).parent.parts


def _class_depth(images: Iterable[str]) -> int:
    """How many folders lie above those of the classes, such as ``archive/`` or ``train/`` and ``test/``."""
    known = [depth for file in images for depth, folder in enumerate(_folders(file)) if known_class(folder) is not None]
    return min(known, default=0)


def _entry(file: str, depth: int) -> Entry:
    folder = _folders(file)[depth]
    view = image_view(file)
    return Entry(
        file=file,
        patient_id=_patient(file, depth) or file,
        labels=same_label(known_class(folder) or folder),
        laterality=view.laterality if view else None,
        view=view.view if view else None,
        scanner=view.letter if view else None,
    )


def _patient(file: str, depth: int) -> str | None:
    """The woman by a DDSM name, else by a folder below the class; None if neither tells.

    Folders of the same name in two classes count as one woman: taking her for two could put her into two parts.
    """
    view = image_view(file)
    if view is not None:
        return view.patient_id
    cases = _folders(file)[depth + 1 :]
    return cases[0] if cases else None


def _warnings(images: Sequence[str], depth: int) -> tuple[str, ...]:
    unknown = sum(_patient(file, depth) is None for file in images)
    classes_of = defaultdict(set)
    for file in images:
        if image_view(file) is None and (patient := _patient(file, depth)):
            classes_of[patient].add(_folders(file)[depth])
    shared = sum(len(classes) > 1 for classes in classes_of.values())
    above = sorted({f"'{'/'.join(_folders(file)[:depth])}'" for file in images})
    warnings = list(unknown_patients(unknown, len(images)))
    if shared:
        warnings.append(f"{shared:,} case folders have the same name in several classes; each is taken for one woman.")
    if len(above) > 1:
        warnings.append(
            f"The folders {', '.join(above)} are taken together as one collection; make a split of it here."
        )
    return tuple(warnings)


_EXAMPLE = [f"{name}/P{woman}_{name}/{view}.png" for name in CLASS_NAMES for woman in range(4) for view in ("1", "2")]

DATASETS.add(
    DatasetSpec(
        name="folder_of_classes",
        label="Folder of classes (also Mini-DDSM version 1)",
        detect=_detect,
        find=_find,
        priority=10,
        example=Example(_EXAMPLE, masks=["benign/P0_benign/1_mask.png"]),
    )
)
