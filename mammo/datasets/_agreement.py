"""One fact from two sources."""

from __future__ import annotations

from collections.abc import Mapping


def agreed(fact: str, said: Mapping[str, str | None]) -> tuple[str | None, tuple[str, ...]]:
    """The value on which all sources agree that say anything, or None with a warning that quotes them.

    Args:
        fact: What it is about, such as "laterality".
        said: Value by source, such as "file name" or "header".
    """
    values = {source: value for source, value in said.items() if value is not None}
    if len(set(values.values())) > 1:
        quoted = ", ".join(f"{source} says {value}" for source, value in values.items())
        return None, (f"{fact}: {quoted}",)
    return next(iter(values.values()), None), ()
