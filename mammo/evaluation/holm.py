"""Several tests at once: what each p is worth when one of them had to come out smallest."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjusted p values in the given order: the k-th smallest of m is multiplied by m - k + 1, and never falls.

    With them the chance of any false alarm among all m tests stays below the level. None is no test and stays None.

    Source:
        Holm 1979, A simple sequentially rejective multiple test procedure.
    """
    adjusted: list[float | None] = [None] * len(p_values)
    tests = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    greatest = 0.0
    for rank, (p, place) in enumerate(tests):
        greatest = max(greatest, min(1.0, p * (len(tests) - rank)))
        adjusted[place] = greatest
    return adjusted
