"""Images of which nobody says what they show: for prediction only."""

from __future__ import annotations

from pathlib import Path

from mammo.datasets._base import DATASETS, UNLABELLED, DatasetSpec, Entry, Example, Findings, ImportOptions
from mammo.datasets._ddsm_names import image_view
from mammo.datasets._labels import same_label
from mammo.datasets._walking import list_files


def _detect(root: Path, options: ImportOptions) -> bool:  # noqa: ARG001 - one signature for all layouts
    return root.is_dir()


def _find(root: Path, options: ImportOptions) -> Findings:  # noqa: ARG001 - one signature for all layouts
    listing = list_files(root)
    return Findings(tuple(_entry(file) for file in listing.images), listing.left_over(set(listing.images), ""))


def _entry(file: str) -> Entry:
    view = image_view(file)
    return Entry(
        file=file,
        patient_id=view.patient_id if view else file,
        labels=same_label(UNLABELLED),
        laterality=view.laterality if view else None,
        view=view.view if view else None,
    )


DATASETS.add(
    DatasetSpec(
        name="unlabelled",
        label="Images without labels (for prediction only)",
        detect=_detect,
        find=_find,
        priority=0,
        example=Example(["a.png", "b.png", "more/c.png"]),
    )
)
