"""Mini-MIAS in its own layout: ``Info.txt`` beside ``mdb001.pgm`` to ``mdb322.pgm``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mammo.datasets._base import DATASETS, DatasetSpec, Entry, Example, Findings, ImportOptions, Lesion
from mammo.datasets._labels import same_label
from mammo.datasets._walking import list_files, names_below
from mammo.errors import DatasetError

_SIDE_PX = 1024  # of every film
_LARGEST_INFO_BYTES = 1 << 20
_IMAGE = re.compile(r"mdb(\d{3})\.pgm", re.IGNORECASE)
_LINE = re.compile(
    r"(?P<film>mdb\d{3})\s+(?P<tissue>[FGD])\s+(?P<kind>CALC|CIRC|SPIC|MISC|ARCH|ASYM|NORM)"
    r"(?:\s+(?P<severity>[BM]))?(?:\s+(?P<x>\d+)\s+(?P<y>\d+)\s+(?P<radius>\d+)|\s+\*NOTE 3\*)?\s*"
)
_LABELS = {"B": "benign", "M": "malignant"}


@dataclass(frozen=True)
class _Line:
    """One line of the table: a film has one for each abnormality."""

    film: str  # "mdb001"
    tissue: str
    kind: str
    severity: str | None
    circle: tuple[int, int, int] | None  # x, y from the bottom left, radius

    @property
    def lesion(self) -> Lesion:
        """The abnormality with its center counted from the top left, as everywhere else."""
        label = _LABELS[self.severity or ""]
        if self.circle is None:
            return Lesion(label, self.kind)
        x, y, radius = self.circle
        return Lesion(label, self.kind, float(x), float(_SIDE_PX - y), float(radius))


def _detect(root: Path, options: ImportOptions) -> bool:  # noqa: ARG001 - one signature for all layouts
    return any(_is_info(file) and _is_table(root / file) for file in names_below(root))


def _is_info(file: str) -> bool:
    return PurePosixPath(file).name.casefold() == "info.txt"


def _is_table(path: Path) -> bool:
    return path.is_file() and any(_LINE.fullmatch(line) for line in _text(path).splitlines())


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_LARGEST_INFO_BYTES).decode("latin-1")


def _find(root: Path, options: ImportOptions) -> Findings:  # noqa: ARG001 - one signature for all layouts
    listing = list_files(root)
    info = next((file for file in sorted(listing.files) if _is_info(file) and _is_table(root / file)), None)
    if info is None:
        raise DatasetError(f"There is no Info.txt of MIAS below {root.name}. Copy it beside the films mdb001.pgm ...")
    folder = PurePosixPath(info).parent
    films = defaultdict(list)
    for line in _lines(_text(root / info)):
        films[(folder / f"{line.film}.pgm").as_posix()].append(line)
    present = {file.casefold(): file for file in listing.images}
    entries = [_entry(present[film.casefold()], films[film]) for film in sorted(films) if film.casefold() in present]
    absent = [listing.absence(film, "Info.txt") for film in sorted(films) if film.casefold() not in present]
    taken = {entry.file for entry in entries} | {refusal.file for refusal in absent}
    return Findings(tuple(entries), (*listing.left_over(taken, "Info.txt lists no such film."), *absent))


def _lines(text: str) -> Iterator[_Line]:
    """Lines of the table; all others are prose.

    Raises:
        DatasetError: If a line begins like one of the table and goes on otherwise.
    """
    strange = []
    for number, text_line in enumerate(text.splitlines(), start=1):
        if not re.match(r"mdb\d", text_line):
            continue
        match = _LINE.fullmatch(text_line)
        if match is None or (match["kind"] == "NORM") != (match["severity"] is None):
            strange.append(f"line {number}: {text_line.strip()!r}")
            continue
        circle = (int(match["x"]), int(match["y"]), int(match["radius"])) if match["x"] else None
        yield _Line(match["film"], match["tissue"], match["kind"], match["severity"], circle)
    if strange:
        raise DatasetError(
            f"Info.txt has lines that are not as MIAS writes them: {'; '.join(strange[:20])}. Correct them."
        )


def _entry(file: str, lines: Sequence[_Line]) -> Entry:
    """A film with the worst of its abnormalities as its label.

    Films 2k - 1 and 2k are one woman's. Info.txt calls the odd ones right; the markers on the films say left, and the
    chest wall agrees (the pictures are stored mirrored).
    """
    number = int(lines[0].film[3:])
    lesions = tuple(line.lesion for line in lines if line.severity)
    label = max((lesion.label for lesion in lesions), default="normal")  # "malignant" sorts after "benign"
    missing = any(lesion.x_px is None for lesion in lesions)
    return Entry(
        file=file,
        patient_id=f"mdb{number - 1 + number % 2:03d}-{number + number % 2:03d}",
        labels=same_label(label),
        laterality="L" if number % 2 else "R",
        view="MLO",
        density=lines[0].tissue,
        lesions=lesions,
        warnings=("Info.txt gives a lesion without a place",) if missing else (),
    )


def _example() -> Example:
    """Pairs of films in turn without finding, with a benign and with a malignant one."""
    findings = ("NORM", "CIRC B 30 40 5", "SPIC M 20 60 6")
    lines = [f"mdb{number:03d} G {findings[(number - 1) // 2 % 3]}" for number in range(1, 25)]
    films = [f"{line[:6]}.pgm" for line in lines]
    return Example(films, texts={"Info.txt": "INFORMATION:\n\n" + "\n".join(lines) + "\n"})


DATASETS.add(
    DatasetSpec(
        name="mini_mias",
        label="mini-MIAS",
        detect=_detect,
        find=_find,
        priority=20,
        example=_example(),
        default_policy="breast",
        licence="For research after agreeing to MIAS's own terms (Licence.txt).",
        citation="Suckling et al. 1994, The Mammographic Image Analysis Society Digital Mammogram Database",
        url="http://peipa.essex.ac.uk/info/mias.html",
    )
)
