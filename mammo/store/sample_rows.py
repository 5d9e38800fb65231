"""A sample as a row and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from db.models import Sample as SampleRow
from mammo.datasets import Lesion, Sample

#: Columns whose values stand in a sample under the same name, as they are.
_SAME = (
    "patient_id",
    "sha256",
    "width_px",
    "height_px",
    "bits",
    "laterality",
    "view",
    "age",
    "density",
    "scanner",
)
COLUMNS = tuple(getattr(SampleRow, name) for name in ("file", "lesions", "warnings", "alike", "labels", *_SAME))


def to_row(sample: Sample, data_set_id: int) -> dict[str, Any]:
    """Values of all columns."""
    same = {name: getattr(sample, name) for name in _SAME}
    return {
        **same,
        "data_set_id": data_set_id,
        "file": sample.id,
        "labels": dict(sample.labels),
        "lesions": [asdict(lesion) for lesion in sample.lesions],
        "warnings": list(sample.warnings),
        "alike": None if sample.alike is None else list(sample.alike),
    }


def to_samples(rows: Iterable[Row[*tuple[Any, ...]]], root: Path) -> tuple[Sample, ...]:
    """Samples of ``COLUMNS``, below a root; what many of them have in common is held once."""
    known: dict[Any, Any] = {}
    return tuple(_sample(row, root, known) for row in rows)


def _sample(row: Row[*tuple[Any, ...]], root: Path, known: dict[Any, Any]) -> Sample:
    file, lesions, warnings, alike, labels, *same = row
    return Sample(
        id=file,
        path=root / file,
        lesions=tuple(Lesion(**lesion) for lesion in lesions),
        warnings=tuple(known.setdefault(warning, warning) for warning in warnings),
        alike=None if alike is None else tuple(alike),
        labels=known.setdefault(tuple(labels.items()), labels),
        **{name: known.setdefault(value, value) for name, value in zip(_SAME, same, strict=True)},
    )
