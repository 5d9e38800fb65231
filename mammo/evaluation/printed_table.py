"""A table of scores that somebody has pasted from a paper, read as figures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mammo.errors import ParameterError
from mammo.evaluation.decoding import PrintedFigure, PrintedRow

_NAMES = {
    "accuracy": ("accuracy", "acc", "overallaccuracy", "averageaccuracy", "meanaccuracy", "testaccuracy"),
    "tpr": ("tpr", "truepositiverate", "recall", "sensitivity", "sens", "meansensitivity", "averagerecall",
            "macrorecall", "balancedaccuracy"),
}  # fmt: skip
_SEPARATORS = (r"\t", r"\|", "&", ";", r" {2,}", ",")  # the first that splits the line of names
_LONGEST = 20_000  # characters
_MARKUP = re.compile(r"\\(?:textbf|textit|mathbf|emph)\{([^}]*)\}|\\hline|\\\\|[*_$]|\\(?=%)")
_FIGURE = re.compile(r"(\d*[.,]?\d+)\s*(%?)")
_WORDS_OF_NAMES = {"true positive rate": "TPR", "f1 score": "F1", "f1-score": "F1", "balanced accuracy": "recall"}


def read_printed_table(text: str) -> tuple[PrintedRow, ...]:
    """Read a pasted table: its names of columns in the first line, one model in each other line.

    Columns may stand apart by tabs, bars, ampersands, semicolons, commas or spaces; figures may be shares or percent,
    with a decimal point or comma. Lines without figures are left out.

    Raises:
        ParameterError: If the names or the figures can't be told, with what to change.
    """
    if len(text) > _LONGEST:
        raise ParameterError(f"The table has more than {_LONGEST} characters. Paste the rows of one table alone.")
    lines = [_MARKUP.sub(r"\1", line).strip().strip("|").strip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    if not lines:
        raise ParameterError("There is no table yet. Paste its lines, the names of the columns first.")
    rows = [_cells(line, _separator(lines[0])) for line in lines]
    columns = {name: _column(rows[0], name) for name in _NAMES}
    found = [row for row in (_aligned(cells, rows[0], columns) for cells in rows[1:]) if _has_figures(row, columns)]
    if not found:
        raise ParameterError("No line below the names has a figure for both accuracy and TPR.")
    accuracy, tpr = (_figures([row[columns[name]] for row in found], name) for name in ("accuracy", "tpr"))
    first = min(columns.values())
    labels = [" ".join(cell for cell in row[:first] if not _FIGURE.fullmatch(cell)) or "?" for row in found]
    return tuple(PrintedRow(*one) for one in zip(labels, tpr, accuracy, strict=True))


def _separator(names: str) -> str:
    return next((one for one in _SEPARATORS if re.search(one, names)), r"\s+")


def _cells(line: str, separator: str) -> list[str]:
    if separator == r"\s+":
        for words, name in _WORDS_OF_NAMES.items():
            line = re.sub(words, name, line, flags=re.IGNORECASE)
        line = re.sub(r"(\d) +%", r"\1%", re.sub(r"\s*\(\s*%\s*\)", "", line))
    return [cell.strip() for cell in re.split(separator, line)]


def _column(names: Sequence[str], wanted: str) -> int:
    """Where a score stands; the only column that has one of its names."""
    plain = [re.sub("[^a-z]", "", name.lower()) for name in names]
    found = [number for number, name in enumerate(plain) if name in _NAMES[wanted]]
    if len(found) == 1:
        return found[0]
    if found:
        raise ParameterError(
            f"Two columns are named {names[found[0]]!r} and {names[found[1]]!r}; leave one of them out."
        )
    if wanted == "tpr":
        raise ParameterError(
            "The first line names no column TPR, recall or sensitivity. An accuracy alone doesn't tell what it means."
        )
    raise ParameterError("The first line names no column accuracy. Paste the table with the names of its columns.")


def _aligned(cells: list[str], names: Sequence[str], columns: dict[str, int]) -> list[str]:
    """Cells below their names; a label of several words, written apart by spaces, becomes one cell."""
    spare = len(cells) - len(names)
    first = min(columns.values())
    if spare > 0 and not any(_FIGURE.fullmatch(cell) for cell in cells[: first + spare]):
        return [" ".join(cells[: first + spare]), *[""] * (first - 1), *cells[first + spare :]] if first else cells
    return cells


def _has_figures(row: Sequence[str], columns: dict[str, int]) -> bool:
    return all(number < len(row) and _FIGURE.match(row[number]) for number in columns.values())


def _figures(cells: Sequence[str], name: str) -> list[PrintedFigure]:
    """The figures of one column, all of them shares or all of them percent."""
    matches = [match for cell in cells if (match := _FIGURE.match(cell))]
    values = [match[1].replace(",", ".") for match in matches]
    is_percent = any(match[2] for match in matches) or any(float(value) > 1 for value in values)
    unit = 0.01 if is_percent else 1.0
    figures = [PrintedFigure(float(value) * unit, unit * 10.0 ** -len(value.partition(".")[2])) for value in values]
    for figure, cell in zip(figures, cells, strict=True):
        if figure.value > 1:
            raise ParameterError(f"{cell!r} in the column {name} is more than 100 %, which no {name} can be.")
    return figures
