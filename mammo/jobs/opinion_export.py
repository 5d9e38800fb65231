"""Opinions as a data set to learn from: pictures written anew, a table of labels, women by pseudonym."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mammo.csv_text import csv_bytes
from mammo.datasets import CLASS_NAMES, Sample
from mammo.errors import DatasetError, MammoError
from mammo.files import write_whole
from mammo.imaging.display import exact_png
from mammo.imaging.lossless import lossless
from mammo.imaging.reading import read_bytes
from mammo.ingest.pool import shared_pool
from mammo.jobs.kept_pictures import kept_path
from mammo.phantoms.layout import SYNTHETIC_MARK
from mammo.pseudonyms import pseudonyms, told_age
from mammo.store import KeptPictureRecord, OpinionRecord, Store

if TYPE_CHECKING:
    from mammo.config import Settings

LABELS, LEFT_OUT = "labels.csv", "left-out.txt"
_COLUMNS = (
    "file", "label", "patient", "laterality", "view", "density", "age", "lesion_x", "lesion_y", "lesion_r",
)  # fmt: skip
_NAME_DIGITS = 20  # of a SHA-256
_PSEUDONYM = re.compile(r"W-[0-9a-f]{10}")  # a collection that came as an upload has them already


@dataclass(frozen=True)
class LeftOut:
    """An image on which there is an opinion and that is not exported."""

    image: str
    reason: str


@dataclass(frozen=True)
class Exported:
    """What became of the opinions."""

    images: int
    patients: int
    classes: dict[str, int]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class OpinionExport:
    """Which opinions are exported, and for whom."""

    viewer: str  # pictures that this person may not see are left out
    person: str | None = None  # whose opinions; None: everybody's, where they don't contradict each other
    job: int | None = None  # on whose answers; None: on those of all

    def carry_out(
        self, store: Store, settings: Settings, folder: Path, on_progress: Callable[[int, int], None] | None = None
    ) -> Exported:
        """Write the data set into a new folder, as ``datasets add FOLDER`` takes it.

        Raises:
            DatasetError: If the folder is there already or can't be written, or no opinion can be exported.
        """
        _make(folder)
        try:
            return self._written(store, settings, folder, on_progress)
        except OSError as error:  # such as a full disk
            shutil.rmtree(folder, ignore_errors=True)
            raise DatasetError(f"The data set can't be written to {folder}: {error.strerror}.") from error
        except MammoError:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _written(
        self, store: Store, settings: Settings, folder: Path, on_progress: Callable[[int, int], None] | None
    ) -> Exported:
        by_image: dict[str, list[OpinionRecord]] = defaultdict(list)
        for one in store.opinions.list(viewer=self.viewer, job=self.job, person=self.person):
            by_image[one.image].append(one)
        pictures, rows, left_out = _Pictures(store, settings, self.viewer, folder), [], []
        for place, (image, opinions) in enumerate(sorted(by_image.items())):
            if on_progress is not None:
                on_progress(place, len(by_image))
            try:
                label = _label_of(opinions)
                rows.append(_row(label, opinions, pictures.write(opinions)))
            except MammoError as error:
                left_out.append(LeftOut(image, str(error)))
        if not rows:
            raise DatasetError(_nothing(left_out), code="no_opinions")
        write_whole(folder / LABELS, csv_bytes(_COLUMNS, rows))
        if pictures.is_synthetic:
            (folder / SYNTHETIC_MARK).write_text("Pictures in here are synthetic; no woman was examined.\n")
        classes = dict(sorted(Counter(row[1] for row in rows).items()))
        return Exported(len(rows), len({row[2] for row in rows}), classes, tuple(left_out))


def zipped_export(export: OpinionExport, store: Store, settings: Settings) -> bytes:
    """The same as a ZIP, with the reasons of what was left out; DatasetError as ``carry_out``."""
    try:
        settings.tmp_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.tmp_dir) as temporary:
            return _zipped(export, store, settings, Path(temporary) / "opinions")
    except OSError as error:
        raise DatasetError(f"The ZIP can't be made: {error.strerror}.") from error


def zip_of_nothing(reason: str) -> bytes:
    """What is downloaded where nothing can be exported: a ZIP of the reason alone."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(LEFT_OUT, f"{reason}\n")
    return packed.getvalue()


def _zipped(export: OpinionExport, store: Store, settings: Settings, folder: Path) -> bytes:
    done = export.carry_out(store, settings, folder)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
        archive.writestr(LEFT_OUT, "".join(f"{one.image}: {one.reason}\n" for one in done.left_out))
    return packed.getvalue()


@dataclass(frozen=True)
class _Picture:
    """A picture in its new place."""

    file: str
    patient_id: str
    laterality: str | None
    view: str | None
    density: str | None
    age: int | None


class _Pictures:
    """Writes pictures anew: of a data set where they lie there, or kept ones."""

    def __init__(self, store: Store, settings: Settings, viewer: str, folder: Path) -> None:
        self._store, self._settings, self._viewer, self._folder = store, settings, viewer, folder
        self._kept = {one.image: one for one in store.kept_pictures.list(viewer=viewer)}
        self._films: dict[str, dict[str, Sample]] = {}
        self.is_synthetic = False  # any of them

    def write(self, opinions: Sequence[OpinionRecord]) -> _Picture:
        """Write the picture that opinions are about; MammoError says why it can't be had."""
        image = opinions[0].image
        if opinions[0].is_on_square:
            raise DatasetError("It is about a square of a film, not about the film.")
        if image in self._kept:
            return self._written_kept(self._kept[image])
        for data_set in sorted({name for one in opinions if (name := self._store.jobs.get(one.job).data_set)}):
            film = self._films_of(data_set).get(image)
            if film is not None:
                return self._written_film(film, hidden=self._store.images.hidden_from(data_set, self._viewer))
        raise DatasetError("The picture was not kept, or has left its data set.", code="not_kept")

    def _films_of(self, data_set: str) -> dict[str, Sample]:
        if data_set not in self._films:
            self._films[data_set] = {one.sha256: one for one in self._store.data_sets.samples(data_set)}
        return self._films[data_set]

    def _written_kept(self, kept: KeptPictureRecord) -> _Picture:
        content = read_bytes(kept_path(self._settings, kept))
        file = self._file_of(content)
        return _Picture(file, kept.patient_id, kept.laterality, kept.view, None, kept.age)

    def _written_film(self, film: Sample, hidden: Set[str]) -> _Picture:
        if film.id in hidden:
            raise DatasetError("It may hold writing about the woman; only who brought it can export it.")
        content = read_bytes(film.path)
        if hashlib.sha256(content).hexdigest() != film.sha256:
            raise DatasetError("The film has changed since its data set was imported.")
        name = "The film"  # its own may be a person's
        self.is_synthetic |= (film.root / SYNTHETIC_MARK).is_file()
        file = self._file_of(exact_png(lossless(shared_pool().decode(name, content, any_aspect=True).pixels)[0]))
        known = _PSEUDONYM.fullmatch(film.patient_id)
        patient = film.patient_id if known else pseudonyms(self._settings).of(film.patient_id)
        return _Picture(file, patient, film.laterality, film.view, film.density, told_age(film.age))

    def _file_of(self, png: bytes) -> str:
        file = f"{hashlib.sha256(png).hexdigest()[:_NAME_DIGITS]}.png"
        path = self._folder / file
        if path.exists():
            raise DatasetError("The same picture is exported already, from another file.")
        path.touch(0o600)
        path.write_bytes(png)
        return file


def _label_of(opinions: Sequence[OpinionRecord]) -> str:
    """The class that all hold right; DatasetError if they name none, or several."""
    labels = sorted({one.label for one in opinions if one.label is not None})
    if not labels:
        raise DatasetError("Nobody said which class is right.")
    if len(labels) > 1:
        raise DatasetError(f"People hold different classes right: {', '.join(labels)}.")
    return labels[0]


def _row(label: str, opinions: Sequence[OpinionRecord], picture: _Picture) -> list[str]:
    marked = next((one.lesion for one in opinions if one.lesion is not None and label != CLASS_NAMES[0]), None) or {}
    facts = (picture.patient_id, picture.laterality, picture.view, picture.density, picture.age)
    lesion = (marked.get(name) for name in ("x_px", "y_px", "radius_px"))
    return ["" if cell is None else str(cell) for cell in (picture.file, label, *facts, *lesion)]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise DatasetError(f"{folder} is there already; give another name.") from None
    except OSError as error:
        raise DatasetError(f"The folder {folder} can't be made: {error.strerror}.") from None


def _nothing(left_out: Sequence[LeftOut]) -> str:
    if not left_out:
        return "There are no opinions yet. Give some on Predict, or in the worklist of Results."
    return f"None of {len(left_out):,} opinions can be exported; the first: {left_out[0].reason}"
