"""Tables as Arrow holds them, which is what travels to the browser: pages need no pandas (43 MB) for them.

``st.dataframe`` must be told ``lazy=False``, or else loads pandas to see whether a table is so long that it pays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa


def table_of(rows: Sequence[Mapping[str, object]], columns: Sequence[str] | None = None) -> pa.Table:
    """A table of rows that have the same columns, or of these columns of them; cells are text, numbers or None."""
    names = list(columns or (rows[0] if rows else ()))
    return pa.table({name: _column([row[name] for row in rows]) for name in names})


def table_of_lines(lines: Sequence[Sequence[object]], columns: Sequence[str]) -> pa.Table:
    """A table of lines whose cells stand in the order of the columns."""
    return pa.table({name: _column([line[place] for line in lines]) for place, name in enumerate(columns)})


def _column(cells: Sequence[object]) -> pa.Array:
    """As ``pa.array``, which would load pandas to see whether the cells are its own."""
    known = {type(cell) for cell in cells if cell is not None}
    if known and known <= {int, float}:
        kind = np.int64 if known == {int} else np.float64
        is_known = np.packbits([cell is not None for cell in cells], bitorder="little")
        values = np.array([0 if cell is None else cell for cell in cells], dtype=kind)
        buffers = [pa.py_buffer(is_known), pa.py_buffer(values)]
        return pa.Array.from_buffers(pa.from_numpy_dtype(kind), len(cells), buffers)
    column = pa.lib.StringBuilder()
    column.append_values([None if cell is None else str(cell) for cell in cells])
    return column.finish()
