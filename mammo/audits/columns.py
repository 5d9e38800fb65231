"""Facts as columns that a probe can read: the cells of a lookup table, and numbers on a scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mammo.evaluation.intervals import Values

Fact = str | float | None  # None or NaN: not known

_BANDS = 5  # of a number with many values: a lookup needs cells with something in them
_FARTHEST = 3.0  # standard deviations; one odd film must not stretch the scale


def fact_columns(facts: Mapping[str, Sequence[Fact]]) -> Values:
    """One column of zeros and ones for each value of each fact, and one more for each number, on its own scale.

    Numbers of many values are told apart in fifths, which shows what lies in between, and on a scale of mean 0 and
    standard deviation 1, which shows what few films have. What isn't known is a value of its own.

    Args:
        facts: N facts of each name.

    Returns:
        Shape (N, P). A fact of one value alone tells nothing and has no column.
    """
    n = len(next(iter(facts.values()))) if facts else 0
    columns = [np.zeros((n, 0))]
    for values in facts.values():
        cells, scale = _cells_and_scale(values)
        cell_names = np.unique(cells)
        if len(cell_names) > 1:
            columns += [(cells[:, None] == cell_names).astype(np.float64), scale]
    return np.hstack(columns)


def _cells_and_scale(values: Sequence[Fact]) -> tuple[npt.NDArray[np.str_], Values]:
    """The cell of each value, shape (N,), and for numbers of many values its place on the scale, shape (N, 0 or 1)."""
    if any(isinstance(value, str) for value in values):
        return np.array(["" if value is None else str(value) for value in values]), np.zeros((len(values), 0))
    numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    is_known = ~np.isnan(numbers)
    known = numbers[is_known]
    if len(np.unique(known)) <= _BANDS:
        return numbers.astype(np.str_), np.zeros((len(values), 0))
    bands = np.searchsorted(np.unique(np.quantile(known, np.arange(1, _BANDS) / _BANDS)), numbers, side="right")
    scale = np.where(is_known, np.clip((numbers - known.mean()) / known.std(), -_FARTHEST, _FARTHEST), 0)
    return np.where(is_known, bands, -1).astype(np.str_), scale[:, None]
