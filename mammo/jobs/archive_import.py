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
from mammo.datasets.reencoding import Reencoding
from mammo.datasets.uploaded_names import UploadedNames
from mammo.errors import DatasetError
from mammo.jobs.importing import ImportRequest
from mammo.phantoms.layout import SYNTHETIC_MARK
from mammo.pseudonyms import pseudonyms
from mammo.store import DataSetRecord, Store
from mammo.store.database import checked_name

Progress = Callable[[float, str], None]  # share of the whole that is done, what is being done

_STAGES = (0.0, 0.1, 0.5, 1.0)  # shares at which unpacking, reading and keeping begin, and the last one ends


def import_archive(
    store: Store, settings: Settings, request: ImportRequest, *, by: str, on_progress: Progress | None = None
) -> tuple[DataSetRecord, tuple[Refusal, ...]]:
    """Import a ZIP; its films come to lie in MAMMO_HOME, written anew and named by their content.

    No byte of the ZIP stays, nor a name of its files, nor what its headers tell of a woman.

    Args:
        store: Where the data set is kept.
        settings: Where files lie.
        request: What to import; its path is the ZIP, its labels file may lie inside.
        by: Who asks for it.
        on_progress: Called with the share done and what is being done.

    Returns:
        The data set, and every file that was refused, members that stayed in the ZIP among them; each is called by its
        place in the ZIP.

    Raises:
        ParameterError: If the name can't stand in a path.
        DatasetError: If the name is taken, the ZIP is damaged or too large, or it holds no collection.
    """
    final = settings.datasets_dir / checked_name(request.name, "data set")
    if request.name in {record.name for record in store.data_sets.list()}:
        raise DatasetError(f"There is already a data set named {request.name}. Choose another name.", code="name_taken")
    temporary = final.with_name(f".{request.name}.tmp")
    unpacked = final.with_name(f".{request.name}.unpacked.tmp")
    try:
        for folder in (temporary, unpacked):
            shutil.rmtree(folder, ignore_errors=True)  # left by an attempt that was broken off
        imported = _read(request, unpacked, temporary, pseudonyms(settings).of, on_progress or _ignored)
        shutil.rmtree(final, ignore_errors=True)  # no data set has this name, so nothing refers to it
        temporary.replace(final)
        policy = DATASETS[imported.layout].default_policy
        record = store.data_sets.add(request.name, final, imported, by=by, label_policy=policy)
    finally:
        for folder in (temporary, unpacked):
            shutil.rmtree(folder, ignore_errors=True)
    return record, imported.refused


def _read(
    request: ImportRequest, unpacked: Path, into: Path, pseudonym: Callable[[str], str], on_progress: Progress
) -> ImportResult:
    """Unpack, read what is there and write its pictures anew; refused members are among the refused files."""
    came_out = unpack(request.path, unpacked, on_progress=_stage(on_progress, 0, "unpacking file"))
    names = UploadedNames(came_out.places)
    options = _with_labels_inside(request.options, unpacked)
    reading = _stage(on_progress, 1, "reading image")
    try:
        imported = import_collection(unpacked, layout=request.layout, options=options, on_progress=reading)
    except DatasetError as error:  # a person knows the ZIP, not the folder it was unpacked into
        told = names.covered(str(error).replace(str(unpacked), request.path.name))
        raise DatasetError(told, code=error.code) from None
    imported = replace(imported, refused=(*imported.refused, *came_out.refused))
    into.mkdir()
    if (unpacked / SYNTHETIC_MARK).is_file():
        (into / SYNTHETIC_MARK).write_text("These pictures are synthetic; no woman was examined.\n")
    writing = _stage(on_progress, 2, "keeping image")
    return Reencoding(into, names, pseudonym).carry_out(imported, writing)


def _stage(on_progress: Progress, number: int, words: str) -> Callable[[int, int], None]:
    """Progress within one of the three stages."""
    first, last = _STAGES[number], _STAGES[number + 1]
    return lambda done, total: on_progress(first + (last - first) * done / total, f"{words} {done} of {total}")


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
