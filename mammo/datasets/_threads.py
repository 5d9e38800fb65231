"""The same work on many images, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

ThingT = TypeVar("ThingT")
ResultT = TypeVar("ResultT")

Progress = Callable[[int, int], None]  # images done, of how many; called by the thread that started the work


def in_threads(
    work: Callable[[ThingT], ResultT],
    things: Sequence[ThingT],
    *,
    threads: int = 2,
    on_progress: Progress | None = None,
) -> list[ResultT]:
    """Result of ``work`` on each thing, in their order. Decoding an image frees Python's lock, so threads help."""
    results: list[ResultT] = []
    with ThreadPoolExecutor(max(1, threads)) as pool:
        for result in pool.map(work, things):
            results.append(result)
            if on_progress is not None:
                on_progress(len(results), len(things))
    return results
