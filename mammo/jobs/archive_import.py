"""Importing a ZIP as a data set: unpacked, read and published as a whole, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mammo.config import Settings
from mammo.datasets import DATASETS, ImportOptions, Refusal
from mammo.datasets.archive import unpack
from mammo.datasets.importing import ImportResult, import_collection
from mammo.errors import DatasetError
from mammo.jobs.importing import ImportRequest
from mammo.store import DataSetRecord, Store
from mammo.store.database import checked_name

Progress = Callable[[float, str], None]  # share of the whole that is done, what is being done

_SHARE_OF_UNPACKING = 0.3  # the rest is reading


def import_archive(
    store: Store, settings: Settings, request: ImportRequest, *, by: str, on_progress: Progress | None = None
) -> tuple[DataSetRecord, tuple[Refusal, ...]]:
    """Import a ZIP; its films come to lie in MAMMO_HOME.

    Args:
        store: Where the data set is kept.
        settings: Where files lie.
        request: What to import; its path is the ZIP, its labels file may lie inside.
        by: Who asks for it.
        on_progress: Called with the share done and what is being done.

    Returns:
        The data set, and every file that was refused, members that stayed in the ZIP among them.

    Raises:
        ParameterError: If the name can't stand in a path.
        DatasetError: If the name is taken, the ZIP is damaged or too large, or it holds no collection.
    """
    final = settings.datasets_dir / checked_name(request.name, "data set")
    if request.name in {record.name for record in store.data_sets.list()}:
        raise DatasetError(f"There is already a data set named {request.name}. Choose another name.", code="name_taken")
    temporary = final.with_name(f".{request.name}.unpacked")
    shutil.rmtree(temporary, ignore_errors=True)  # left by an attempt that was broken off
    try:
        imported = _read(request, temporary, on_progress or _ignored)
        shutil.rmtree(final, ignore_errors=True)  # no data set has this name, so nothing refers to it
        temporary.replace(final)
        policy = DATASETS[imported.layout].default_policy
        record = store.data_sets.add(request.name, final, imported, by=by, label_policy=policy)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return record, imported.refused


def _read(request: ImportRequest, folder: Path, on_progress: Progress) -> ImportResult:
    """Unpack into ``folder`` and read what is there; refused members are among the refused files."""

    def unpacked(done: int, total: int) -> None:
        on_progress(_SHARE_OF_UNPACKING * done / total, f"unpacking file {done} of {total}")

    def read(done: int, total: int) -> None:
        share = _SHARE_OF_UNPACKING + (1 - _SHARE_OF_UNPACKING) * done / total
        on_progress(share, f"reading image {done} of {total}")

    left_in = unpack(request.path, folder, on_progress=unpacked).refused
    options = _with_labels_inside(request.options, folder)
    try:
        imported = import_collection(folder, layout=request.layout, options=options, on_progress=read)
    except DatasetError as error:  # a person knows the ZIP, not the folder it was unpacked into
        raise DatasetError(str(error).replace(str(folder), request.path.name), code=error.code) from error
    return replace(imported, refused=tuple(sorted((*imported.refused, *left_in), key=lambda one: one.file)))


def _with_labels_inside(options: ImportOptions, folder: Path) -> ImportOptions:
    labels = options.labels_file
    if labels is None or labels.is_file():
        return options
    inside = folder / labels
    if labels.is_absolute() or not inside.resolve().is_relative_to(folder.resolve()) or not inside.is_file():
        raise DatasetError(f"There is no label file {labels}, neither here nor in the ZIP.", code="no_labels_file")
    return replace(options, labels_file=inside)


def _ignored(share: float, note: str) -> None:
    """Nobody listens."""
