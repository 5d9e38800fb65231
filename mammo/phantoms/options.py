"""What a person chooses about a set of phantoms, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mammo.errors import ParameterError
from mammo.phantoms.kinds import KINDS, Kind

FileFormat = Literal["PNG-16", "JPEG-8"]
FILE_FORMATS: tuple[FileFormat, ...] = ("PNG-16", "JPEG-8")
MAX_PATIENTS = 5000  # file names hold four digits of a case's number


@dataclass(frozen=True)
class PhantomOptions:
    """One set of phantoms; equal options give equal bytes.

    Raises:
        ParameterError: If a value is outside its limits; the sentence names them.
    """

    patients: int = 225  # women, four pictures each
    kind: Kind = "demo"
    seed: int = 0
    patient_texture: float = 0.75  # 0: the four views of a woman share no texture; 1: all of it
    confound: float | None = (
        None  # 0: the scanner tells nothing of the class; 1: as much as in Mini-DDSM; None: the kind's
    )
    pitch_mm: float = 0.75  # side of a pixel on the film
    file_format: FileFormat = "PNG-16"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ParameterError(f"There is no kind of phantoms named {self.kind!r}; known are: {', '.join(KINDS)}.")
        if self.file_format not in FILE_FORMATS:
            raise ParameterError(f"Phantoms are written as {' or '.join(FILE_FORMATS)}, not as {self.file_format!r}.")
        _check("The number of women", self.patients, 3, MAX_PATIENTS)
        _check("The seed", self.seed, 0, 2**31 - 1)
        _check("The share of texture that a woman's views have in common", self.patient_texture, 0, 1)
        _check("The strength of the scanner confound", self.scanner_confound, 0, 1)
        _check("The size of a pixel in mm", self.pitch_mm, 0.2, 2)

    @property
    def scanner_confound(self) -> float:
        """Strength of the scanner confound in [0, 1]: the person's, or else the kind's."""
        return KINDS[self.kind].confound if self.confound is None else self.confound


@dataclass(frozen=True)
class PhantomSummary:
    """What was written."""

    images: int
    patients: int
    counts: Mapping[str, int]  # images by the class of the woman


def _check(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ParameterError(f"{what} must lie between {low:g} and {high:g}; {value:g} does not.")
