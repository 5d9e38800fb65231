"""What Mini-DDSM's workbook and the ``.ics`` files of DDSM tell about views and cases."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from mammo.datasets._ddsm_names import DdsmView, image_view, mask_view
from mammo.errors import DatasetError

_SIDES = {"LEFT": "L", "RIGHT": "R"}
_LARGEST_ICS_BYTES = 65536
_LARGEST_AGE = 120
_LARGEST_WORKBOOK_BYTES = 256 * 2**20  # unpacked; that of the whole Mini-DDSM takes 8 MB


@dataclass(frozen=True)
class CaseFacts:
    """What is known of the woman at the examination."""

    age: int | None = None
    density: str | None = None  # "A" to "D"


@dataclass(frozen=True)
class WorkbookRow:
    """One line of the workbook."""

    file: str  # as written, with forward slashes
    facts: CaseFacts
    laterality: str | None
    view: str | None
    outlines: frozenset[int]  # numbers of the masks, from 1

    def with_outlines(self, others: frozenset[int]) -> WorkbookRow:
        """The same line with the masks that another workbook lists, too."""
        return replace(self, outlines=self.outlines | others)


def read_workbook(path: Path) -> dict[DdsmView, WorkbookRow]:
    r"""Rows of the sheet "Data" (or the first one) by view; rows that name no picture are left out.

    Paths are Windows paths (``Benign\0029\C_0029_1.LEFT_CC.jpg``), and "-" stands for nothing.

    Raises:
        DatasetError: If the file is no workbook or lacks the column of file names.
    """
    from openpyxl.utils.exceptions import InvalidFileException  # here only: pages load this module

    try:
        rows = _rows(path)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError) as error:
        raise DatasetError(
            f"The workbook {path.name} can't be read ({error}). Repair it, or remove it: the images come in without "
            f"ages and densities."
        ) from error
    table: dict[DdsmView, WorkbookRow] = {}
    for row in rows:
        file = str(row.get("fullpath") or row.get("filename") or "").strip().replace("\\", "/")
        view = image_view(file)
        if view is not None:
            table[view] = _row(file, row)
    if not table:
        raise DatasetError(f"The workbook {path.name} lists no image in a column fullPath or fileName.")
    return table


def read_ics(path: Path) -> CaseFacts:
    """Age and density of a DDSM case file; what is missing, unreadable or makes no sense is None."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_ICS_BYTES).decode("latin-1")
    except OSError:
        return CaseFacts()
    return CaseFacts(age=_age(_after("PATIENT_AGE", text)), density=_density(_after("DENSITY", text)))


def _rows(path: Path) -> list[dict[str, Any]]:
    import openpyxl

    _check_unpacked(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl reports missing styles, which nobody misses here
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = workbook["Data"] if "Data" in workbook.sheetnames else workbook.worksheets[0]
            lines: Iterator[tuple[Any, ...]] = sheet.iter_rows(values_only=True)
            names = [str(name or "").strip().casefold() for name in next(lines, ())]
            return [dict(zip(names, line, strict=False)) for line in lines]
        finally:
            workbook.close()


def _check_unpacked(path: Path) -> None:
    """A workbook is a ZIP; what its parts claim to hold is all that is ever unpacked of them."""
    with ZipFile(path) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > _LARGEST_WORKBOOK_BYTES:
        raise ValueError(f"unpacked it would take {unpacked / 2**20:,.0f} MiB")


def _row(file: str, row: Mapping[str, Any]) -> WorkbookRow:
    masks = (
        mask_view(str(cell).strip().replace("\\", "/"))
        for name, cell in row.items()
        if name.startswith("tumour_contour")
    )
    view = str(row.get("view") or "").strip().upper()
    return WorkbookRow(
        file=file,
        facts=CaseFacts(age=_age(row.get("age")), density=_density(row.get("density"))),
        laterality=_SIDES.get(str(row.get("side") or "").strip().upper()),
        view=view if view in ("CC", "MLO") else None,
        outlines=frozenset(mask[1] for mask in masks if mask),
    )


def _after(word: str, text: str) -> str | None:
    match = re.search(rf"^\s*{word}\s+(\S+)", text, re.MULTILINE)
    return match[1] if match else None


def _number(cell: object) -> int | None:
    try:
        return int(float(str(cell)))
    except (ValueError, OverflowError):
        return None


def _age(cell: object) -> int | None:
    age = _number(cell)
    return age if age is not None and 0 < age <= _LARGEST_AGE else None


def _density(cell: object) -> str | None:
    """ACR 1 to 4 as "A" to "D"; 0, which four images carry, means that nobody graded it."""
    grade = _number(cell)
    return "ABCD"[grade - 1] if grade in (1, 2, 3, 4) else None
