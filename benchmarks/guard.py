"""How many mammograms the guard lets through, and how many other pictures it stops.

Bounds and threshold were set on the first rows; the rows "reported" were looked at afterwards and changed nothing.
Needs mammograms: set MAMMO_BENCHMARK_FILMS to the folder of a collection; MAMMO_BENCHMARK_DICOMS may name a folder of
DICOM files, among them chest and CT.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pydicom
import skimage.data
import sklearn.datasets

from benchmarks._frame import Benchmark, Row
from benchmarks._not_mammograms import KINDS, not_mammograms
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import patient_folds
from mammo.errors import ImageError
from mammo.imaging.guard import ODD, USUAL, Usual, guard, measures
from mammo.imaging.reading import LoadedImage, read_image
from mammo.phantoms import PhantomOptions, write_phantoms

_EACH = 100  # pictures of each kind that are no mammograms
_FOLDS = 5
_PHANTOM_WOMEN = 20

Measured = Mapping[str, float]


def _measure() -> Sequence[Row]:
    folder = os.environ.get("MAMMO_BENCHMARK_FILMS")
    if not folder:
        return []
    samples = import_collection(Path(folder)).samples
    films = {sample.id: measures(read_image(sample.path).pixels) for sample in samples}
    phantoms = _phantoms()
    passed = []
    for fold in patient_folds(samples, _FOLDS, seed=0, policy="case"):
        known = [films[sample.id] for sample in samples if fold.assignment[sample.id] != "test"]
        usual = _usual(known, phantoms)
        passed += [_oddity(films[id_], usual) <= ODD for id_, part in fold.assignment.items() if part == "test"]
    rows = [
        Row("films, bounds from other women", "passed", _percent(passed), "%", (), 98, at_least=True),
        Row("phantoms", "passed", _percent([_oddity(one, USUAL) <= ODD for one in phantoms]), "%", ()),
    ]
    for kind in KINDS:
        stopped = [not guard(picture).is_mammogram for picture in not_mammograms(kind, _EACH)]
        rows.append(Row(f"drawn: {kind}", "stopped", _percent(stopped), "%", ()))
    photos = [not guard(image.pixels).is_mammogram for image in _photographs()]
    others = [_is_warned_of(image) for image in _other_dicoms()]
    both = [*photos, *others]
    rows.append(Row(f"reported: {len(photos)} photographs", "stopped", _percent(photos), "%", ()))
    rows.append(Row(f"reported: {len(others)} other DICOM files", "stopped or warned of", _percent(others), "%", ()))
    return [*rows, Row("reported: both", "stopped or warned of", _percent(both), "%", (), 95, at_least=True)]


def _usual(films: Sequence[Measured], phantoms: Sequence[Measured]) -> dict[str, Usual]:
    """USUAL with bounds from these pictures."""
    found = {}
    for name, usual in USUAL.items():
        ends = [np.percentile([one[name] for one in kind], [1, 99]) for kind in (films, phantoms)]
        low, high = min(float(one[0]) for one in ends), max(float(one[1]) for one in ends)
        found[name] = Usual(low, high, usual.below, usual.above, usual.unit)
    return found


def _oddity(found: Measured, usual: Mapping[str, Usual]) -> float:
    return sum(usual[name].oddity(found[name]) for name in usual)


def _percent(answers: Sequence[bool]) -> float:
    return round(100 * sum(answers) / max(len(answers), 1), 1)


def _phantoms() -> list[Measured]:
    found: list[Measured] = []
    for kind in ("demo", "mini-ddsm-like"):
        with tempfile.TemporaryDirectory() as folder:
            write_phantoms(
                Path(folder), PhantomOptions(patients=_PHANTOM_WOMEN, kind=kind), processes=os.cpu_count() or 1
            )
            found += [measures(read_image(one.path).pixels) for one in import_collection(Path(folder)).samples]
    return found


def _photographs() -> Iterator[LoadedImage]:
    """What scikit-image and scikit-learn bring along."""
    folders = [Path(skimage.data.__file__).parent, Path(sklearn.datasets.__file__).parent / "images"]
    return _readable(file for folder in folders for file in sorted(folder.iterdir()) if file.suffix in {".png", ".jpg"})


def _other_dicoms() -> Iterator[LoadedImage]:
    """Test files of pydicom, and those of a folder, by their header or name no mammograms."""
    files = sorted((Path(pydicom.__file__).parent / "data" / "test_files").glob("*.dcm"))
    given = os.environ.get("MAMMO_BENCHMARK_DICOMS")
    if given:
        files += [file for file in sorted(Path(given).glob("*.dcm")) if not file.name.startswith(("MG", "mdb"))]
    return _readable(files)


def _readable(files: Iterator[Path] | Sequence[Path]) -> Iterator[LoadedImage]:
    for file in files:
        try:
            yield read_image(file)
        except ImageError:
            continue  # refused before any guard


def _is_warned_of(image: LoadedImage) -> bool:
    by_header = any(one.startswith("not mammography") for one in image.warnings)
    return by_header or not guard(image.pixels).is_mammogram


BENCHMARK = Benchmark("The guard: mammograms and other pictures", _measure)
