"""From a folder to samples: every file is opened, checked and hashed once, and none is left out in silence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mammo.datasets._agreement import agreed
from mammo.datasets._base import DATASETS, DatasetSpec, Entry, ImportOptions, Lesion, Refusal, Sample
from mammo.datasets._threads import Progress, in_threads
from mammo.datasets.likeness import DUPLICATE, mark_twins
from mammo.errors import DatasetError, ImageError
from mammo.files import plain_path, sha256_of
from mammo.imaging.reading import read_bytes
from mammo.imaging.signature import Signature
from mammo.ingest.pool import shared_pool

Found = tuple[Sample, Signature]  # what is found in an image


@dataclass(frozen=True)
class ImportResult:
    """What became of a collection."""

    layout: str  # name in DATASETS
    samples: tuple[Sample, ...]  # sorted by id
    refused: tuple[Refusal, ...]  # sorted by file
    warnings: tuple[str, ...]  # about the collection as a whole
    fingerprint: str  # SHA-256 over ids, contents and labels: equal for equal data, wherever they lie
    signatures: Mapping[str, Signature] = field(default_factory=dict, compare=False)  # by SHA-256 of the samples' files


def import_collection(
    root: Path,
    *,
    layout: str = "auto",
    options: ImportOptions | None = None,
    known: Mapping[str, Found] | None = None,
    on_progress: Progress | None = None,
    threads: int = 2,
) -> ImportResult:
    """Read a collection in place; its folder is not written to.

    Args:
        root: Folder of the collection.
        layout: Name in DATASETS, or "auto": of the layouts that recognise the folder, the one of highest priority.
        options: What a person says about the collection.
        known: What an earlier import knows, by id: an image whose bytes and description did not change is not decoded
            again.
        on_progress: Called with the images done and their number.
        threads: How many images are decoded at a time.

    Raises:
        DatasetError: If the folder is missing or holds no readable image, or its tables have problems.
        UnknownNameError: If there is no such layout.
    """
    root = plain_path(root)
    if (readable := str(root).encode("utf-8", "backslashreplace").decode()) != str(root):
        raise DatasetError(f"The name of the folder {readable} is not valid UTF-8. Rename it.", code="no_folder")
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "does not exist"
        raise DatasetError(f"{root} {what}. Give the folder that holds the images.", code="no_folder")
    said = options or ImportOptions()
    spec = _layout(root, layout, said)
    findings = spec.find(root, said)
    opener = _Opener(root, known or {}, spec.facts_from, said.any_aspect)
    opened = in_threads(opener.open, findings.entries, threads=threads, on_progress=on_progress)
    taken = [one for one in opened if not isinstance(one, Refusal)]
    refused = [*findings.refused, *(one for one in opened if isinstance(one, Refusal))]
    if not taken:
        raise _nothing_found(root, refused)
    looks = {sample.sha256: signature for sample, signature in taken}
    marked = mark_twins([sample for sample, _ in taken], looks)
    ordered = tuple(sorted(refused, key=lambda refusal: refusal.file))
    return ImportResult(spec.name, marked, ordered, findings.warnings, fingerprint_of(marked), looks)


def fingerprint_of(samples: Sequence[Sample]) -> str:
    """SHA-256 over each sample's id, content and labels, 64 hexadecimal digits; their order does not matter."""
    content = sorted([sample.id, sample.sha256, sorted(sample.labels.items())] for sample in samples)
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _layout(root: Path, layout: str, options: ImportOptions) -> DatasetSpec:
    if options.labels_file is not None and layout not in ("auto", "csv_labels"):
        raise DatasetError(f"The layout {layout!r} takes no labels file. Leave out one of them.")
    if layout != "auto":
        return DATASETS[layout]
    by_priority = sorted(DATASETS.values(), key=lambda spec: -spec.priority)
    return next(spec for spec in by_priority if spec.detect(root, options))


def _nothing_found(root: Path, refused: Sequence[Refusal]) -> DatasetError:
    looked_for = "Looked for PNG, JPEG, TIFF, PGM, DICOM."
    if not refused:
        return DatasetError(f"No images in {root}. {looked_for}", code="no_images")
    first = min(refused, key=lambda refusal: refusal.file)
    return DatasetError(
        f"No images in {root} that could be taken. {looked_for} Refused: {len(refused):,}; the first is {first.file}: "
        f"{first.reason}",
        code="no_images",
    )


@dataclass(frozen=True)
class _Opener:
    """Turns the entries of one collection into samples, each with its signature."""

    root: Path
    known: Mapping[str, Found]
    facts_from: str
    any_aspect: bool

    def open(self, entry: Entry) -> Found | Refusal:
        path = self.root / entry.file
        try:
            if entry.file in self.known:
                earlier, signature = self.known[entry.file]
                if _is_described_alike(entry, earlier) and earlier.sha256 == sha256_of(path):
                    return _renewed(earlier, path, entry), signature
            return self._examined(path, entry)
        except ImageError as error:
            return Refusal(entry.file, str(error), error.code)
        except OSError as error:
            return Refusal(entry.file, f"The file can't be read: {error.strerror}.", "unreadable")

    def _examined(self, path: Path, entry: Entry) -> Found:
        data = read_bytes(path)
        image = shared_pool().examine(path.name, data, any_aspect=self.any_aspect)
        width, height = image.width_px, image.height_px
        laterality, side_warnings = agreed(
            "laterality", {self.facts_from: entry.laterality, "header": image.laterality}
        )
        view, view_warnings = agreed("view", {self.facts_from: entry.view, "header": image.view})
        sample = Sample(
            id=entry.file,
            path=path,
            patient_id=entry.patient_id,
            labels=entry.labels,
            sha256=hashlib.sha256(data).hexdigest(),
            width_px=width,
            height_px=height,
            bits=image.bits,
            laterality=laterality,
            view=view,
            age=entry.age if entry.age is not None else image.age,
            density=entry.density,
            scanner=entry.scanner,
            lesions=entry.lesions,
            warnings=(
                *entry.warnings,
                *side_warnings,
                *view_warnings,
                *_lesions_outside(entry.lesions, width, height),
                *image.warnings,
            ),
        )
        return sample, image.signature


def _is_described_alike(entry: Entry, earlier: Sample) -> bool:
    """Whether decoding again would give the same sample, but for what the entry alone decides."""
    own_warnings = earlier.warnings[: len(entry.warnings)]
    facts = (earlier.laterality, earlier.view, earlier.age, own_warnings, earlier.lesions)
    return facts == (entry.laterality, entry.view, entry.age, entry.warnings, entry.lesions)


def _renewed(earlier: Sample, path: Path, entry: Entry) -> Sample:
    return replace(
        earlier,
        path=path,
        patient_id=entry.patient_id,
        labels=entry.labels,
        density=entry.density,
        scanner=entry.scanner,
        warnings=tuple(warning for warning in earlier.warnings if not warning.startswith(DUPLICATE)),
    )


def _lesions_outside(lesions: Sequence[Lesion], width: int, height: int) -> tuple[str, ...]:
    outside = [
        lesion
        for lesion in lesions
        if lesion.x_px is not None
        and lesion.y_px is not None
        and not (0 <= lesion.x_px <= width and 0 <= lesion.y_px <= height)
    ]
    return tuple(f"lesion at ({one.x_px:g}, {one.y_px:g}) lies outside {width} x {height} pixels" for one in outside)
