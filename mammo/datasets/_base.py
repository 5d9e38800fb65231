"""What a collection of mammograms is, what one of its pictures carries, and the table of all known layouts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from mammo.registry import Registry

LabelPolicy = Literal["case", "breast", "visible"]
LABEL_POLICIES: tuple[LabelPolicy, ...] = ("case", "breast", "visible")
CLASS_NAMES = ("normal", "benign", "malignant")  # the field's order; other classes follow, sorted by name
UNLABELLED = "unlabelled"


@dataclass(frozen=True, slots=True)
class Lesion:
    """One outlined finding: a circle, or the union of mask files. Pixels of the stored picture, origin top left."""

    label: str  # "benign" or "malignant"
    kind: str = ""  # as the collection calls it: "CALC", "SPIC", "mass" ...
    x_px: float | None = None
    y_px: float | None = None
    radius_px: float | None = None
    mask_file: str | None = None  # relative to the collection's root


@dataclass(frozen=True)
class Entry:
    """One picture as its collection describes it, before the file is opened."""

    file: str  # relative to the collection's root, with forward slashes; unique; also the sample's id
    patient_id: str
    labels: Mapping[LabelPolicy, str | None]  # None: this policy leaves the picture out
    laterality: str | None = None  # "L" or "R"
    view: str | None = None  # "CC" or "MLO"
    age: int | None = None
    density: str | None = None  # "A" to "D", or as the collection grades it ("F", "G", "D" in MIAS)
    scanner: str | None = None
    lesions: tuple[Lesion, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A file that did not become a sample, and why."""

    file: str
    reason: str
    code: str = "refused"


@dataclass(frozen=True)
class Findings:
    """What a reader of a layout found below a root."""

    entries: tuple[Entry, ...]
    refused: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()  # about the collection as a whole


@dataclass(frozen=True, slots=True)
class Sample:
    """One imported picture with its facts: an entry whose file was opened, checked and hashed."""

    id: str  # the entry's file
    path: Path
    patient_id: str
    labels: Mapping[LabelPolicy, str | None]
    sha256: str  # of the file's bytes
    width_px: int
    height_px: int
    bits: int  # significant bits of a stored pixel, 8 to 16
    laterality: str | None = None
    view: str | None = None
    age: int | None = None
    density: str | None = None
    scanner: str | None = None
    lesions: tuple[Lesion, ...] = ()
    warnings: tuple[str, ...] = ()  # of the reader, the decoder and the quality scan
    alike: tuple[str, ...] | None = None  # ids of other samples of its data set that look like it; None: not sought

    @property
    def root(self) -> Path:
        """Folder to which ``id`` and the masks of the lesions are relative."""
        return self.path.parents[len(Path(self.id).parts) - 1]


@dataclass(frozen=True)
class ImportOptions:
    """What a person may say about a collection beside its path."""

    labels_file: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)  # our column name -> the file's column name
    any_aspect: bool = False  # take pictures of a shape that no film has, with a warning


@dataclass(frozen=True)
class Example:
    """A small collection in a layout: shows people how files have to lie, and the tests a collection to read."""

    films: Sequence[str]  # files below the root, with forward slashes
    masks: Sequence[str] = ()  # of lesions; no films
    texts: Mapping[str, str] = field(default_factory=dict)  # other files; tabs part the cells of a workbook


@dataclass(frozen=True)
class DatasetSpec:
    """A layout of files in which a collection comes."""

    name: str
    label: str
    detect: Callable[[Path, ImportOptions], bool]  # is this layout below this root?
    find: Callable[[Path, ImportOptions], Findings]  # reads names and tables, opens no picture
    priority: int  # of several that detect, the highest is taken
    example: Example  # where it has labels: of four women or more in each class
    default_policy: LabelPolicy = "case"
    facts_from: str = "file name"  # where laterality and view come from, for a warning when the header disagrees
    licence: str = ""
    citation: str = ""
    url: str = ""


DATASETS: Registry[DatasetSpec] = Registry("data-set layout")


def sorted_class_names(names: set[str]) -> tuple[str, ...]:
    """Normal, benign, malignant first, then any others by name."""
    known = tuple(name for name in CLASS_NAMES if name in names)
    return known + tuple(sorted(names - set(CLASS_NAMES) - {UNLABELLED}))
