"""The table of all pictures, as Mini-DDSM v2 has it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mammo.phantoms.findings import Laterality, View
from mammo.phantoms.layout import CLASS_FOLDERS, SIDES

COLUMNS = ("fullPath", "fileName", "View", "Side", "Status", "Tumour_Contour", "Tumour_Contour2", "Age", "Density")
EMPTY = "-"
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
TIMES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


@dataclass(frozen=True)
class PictureRow:
    """One picture in the table; paths below the pictures' folder, with forward slashes."""

    path: str
    laterality: Laterality
    view: View
    label: str  # class of the woman
    masks: tuple[str, ...]
    age: int
    density: int

    def cells(self) -> list[str | int]:
        """In the order of COLUMNS, with backslashes as there; the table has room for two masks."""
        first, second, *_ = *(mask.replace("/", "\\") for mask in self.masks), EMPTY, EMPTY
        path = self.path.replace("/", "\\")
        name = self.path.rpartition("/")[2]
        return [
            path,
            name,
            self.view,
            SIDES[self.laterality],
            CLASS_FOLDERS[self.label],
            first,
            second,
            self.age,
            self.density,
        ]


def write_workbook(path: Path, rows: Iterable[PictureRow]) -> None:
    """Write the table with one line per picture; equal rows give equal bytes."""
    import openpyxl  # here only: pages load this module

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append(row.cells())
    content = io.BytesIO()
    book.save(content)
    _copy_timeless(content, path)


def _copy_timeless(source: io.BytesIO, path: Path) -> None:
    """Copy a workbook without the times that openpyxl writes into it."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = TIMES.sub(rb"\g<1>2000-01-01T00:00:00Z", old.read(name))
            new.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), content, zipfile.ZIP_DEFLATED)
