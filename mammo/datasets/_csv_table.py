"""Reading a table of labels as spreadsheets write it, and keeping count of the lines."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mammo.errors import DatasetError

_DELIMITERS = (",", ";", "\t")
_FORMULA_STARTS = ("=", "+", "@")
_SHOWN_PROBLEMS = 20


@dataclass(frozen=True)
class TableRow:
    """One line of the table: its cells by our column names; a missing cell is empty."""

    line: int  # of the file, from 1
    cells: Mapping[str, str]
    surplus: int = 0  # cells beyond the header's

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def formulas(self) -> list[str]:
        """Columns whose cell is a spreadsheet formula, not a value."""
        return [name for name, cell in self.cells.items() if cell.startswith(_FORMULA_STARTS) and not _is_number(cell)]


class Problems:
    """Everything that is wrong with a table, told at once."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._found: list[str] = []

    def add(self, line: int, text: str) -> None:
        """Note what is wrong in a line."""
        self._found.append(f"line {line}: {text}")

    def raise_if_any(self) -> None:
        """Raises DatasetError that lists the lines; none of the table may be used then."""
        if not self._found:
            return
        more = len(self._found) - _SHOWN_PROBLEMS
        shown = "; ".join(self._found[:_SHOWN_PROBLEMS]) + (f"; and {more:,} more" if more > 0 else "")
        raise DatasetError(f"{self._table} has problems, and nothing was imported: {shown}.", code="labels")


def read_rows(path: Path, names: Mapping[str, tuple[str, ...]], required: tuple[str, ...]) -> Iterator[TableRow]:
    """Rows of a CSV file with commas, semicolons or tabs, in UTF-8 or UTF-16; empty lines are skipped.

    Args:
        path: The file; its first line names the columns.
        names: For each of our columns the names under which it may stand, in any case.
        required: Ours that must be there.

    Raises:
        DatasetError: If the file is not readable as such, or a column is missing or there twice.
    """
    text = _decoded(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        header = [cell.strip().casefold() for cell in next(reader, [])]
        places = _places(path.name, header, names, required)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                by_name = {name: cells[place] for name, place in places.items() if place < len(cells)}
                yield TableRow(reader.line_num, by_name, max(0, len(cells) - len(header)))
    except csv.Error as error:
        raise DatasetError(f"{path.name}, line {reader.line_num}: not a readable table ({error}).") from error


def number(cell: str) -> float:
    """A cell as a finite number, with a decimal point or comma.

    Raises:
        ValueError: If it is none.
    """
    value = float(cell.strip().replace(",", "."))
    if not abs(value) < float("inf"):
        raise ValueError(cell)
    return value


def _is_number(cell: str) -> bool:
    try:
        number(cell)
    except ValueError:
        return False
    return True


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
        is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DatasetError(
            f"{path.name}, line {line}: the text is neither UTF-8 nor UTF-16. Save it as UTF-8."
        ) from error
    except OSError as error:
        raise DatasetError(f"The labels file {path.name} can't be opened: {error.strerror}.") from error


def _delimiter(text: str) -> str:
    """The one that stands in the header most often."""
    header = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=header.count)


def _places(
    file: str, header: list[str], names: Mapping[str, tuple[str, ...]], required: tuple[str, ...]
) -> dict[str, int]:
    counts = Counter(header)
    places = {}
    for ours, theirs in names.items():
        found = [name for name in (one.casefold() for one in theirs) if name in counts]
        if len(found) > 1 or any(counts[name] > 1 for name in found):
            raise DatasetError(f"{file} has more than one column for {ours}: {', '.join(found)}. Keep one of them.")
        if found:
            places[ours] = header.index(found[0])
        elif ours in required:
            shown = ", ".join(name for name in header if name) or "none"
            raise DatasetError(
                f"{file} has no column {theirs[0]!r}; its columns are: {shown}. Rename one, or say which column it is."
            )
    return places
