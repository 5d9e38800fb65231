"""Importing a folder of images as a data set, at the terminal or as a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from mammo.datasets import DATASETS, ImportOptions
from mammo.datasets.importing import Found, import_collection
from mammo.files import plain_path
from mammo.store import DataSetRecord, Store
from mammo.store.database import checked_name


@dataclass(frozen=True)
class ImportRequest:
    """What a person says about an import."""

    name: str  # of the data set on this server
    path: Path  # folder of the collection; it stays where it is
    layout: str = "auto"
    options: ImportOptions = field(default_factory=ImportOptions)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, which ``of`` takes back: the configuration of an import job."""
        return {
            "name": self.name,
            "path": str(self.path),
            "layout": self.layout,
            "labels_file": None if self.options.labels_file is None else str(self.options.labels_file),
            "columns": dict(self.options.columns),
            "any_aspect": self.options.any_aspect,
        }

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The request that ``to_dict`` wrote."""
        labels = values.get("labels_file")
        columns, any_aspect = dict(values.get("columns") or {}), bool(values.get("any_aspect", False))
        options = ImportOptions(Path(labels) if labels else None, columns, any_aspect)
        return cls(str(values["name"]), Path(values["path"]), str(values.get("layout", "auto")), options)


def import_data_set(
    store: Store, request: ImportRequest, *, by: str, on_progress: Callable[[int, int], None] | None = None
) -> tuple[DataSetRecord, list[dict[str, str]]]:
    """Import a folder, or bring in what is new in one that was imported before under the same name.

    Args:
        store: Where the data set is kept.
        request: What to import.
        by: Who asks for it.
        on_progress: Called with the images done and their number.

    Returns:
        The data set, and each refused file as {"file", "reason"}.

    Raises:
        ParameterError: If the name can't stand in a path.
        DatasetError: If the folder can't be read, holds no collection of the layout, or its labels don't fit.
    """
    checked_name(request.name, "data set")  # before thousands of films are read for nothing
    exists = request.name in {record.name for record in store.data_sets.list()}
    known = _known(store, request.name) if exists else {}
    imported = import_collection(
        request.path, layout=request.layout, options=request.options, known=known, on_progress=on_progress
    )
    record = store.data_sets.add(
        request.name,
        plain_path(request.path),
        imported,
        by=by,
        label_policy=DATASETS[imported.layout].default_policy,
        options={
            "labels_file": str(request.options.labels_file or ""),
            "columns": dict(request.options.columns),
            "any_aspect": request.options.any_aspect,
        },
    )
    return record, [{"file": one.file, "reason": one.reason} for one in imported.refused]


def _known(store: Store, data_set: str) -> dict[str, Found]:
    """By id; nothing of images that came in before signatures were kept, so that they are read once more."""
    signatures = store.data_sets.signatures(data_set)
    samples = store.data_sets.samples(data_set)
    return {one.id: (one, signatures[one.sha256]) for one in samples if one.sha256 in signatures}
