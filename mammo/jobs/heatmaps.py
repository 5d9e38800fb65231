"""Drawing the heat maps of all test images of a finished training beforehand, so that its gallery need not wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mammo.errors import DatasetError
from mammo.explanation import CAM_METHODS
from mammo.jobs.learnt_from import fold_items
from mammo.prediction.kept import TILE_PX, keep_answer, kept_answer, kept_path
from mammo.prediction.wire import Question

if TYPE_CHECKING:
    from pathlib import Path

    from mammo.config import Settings
    from mammo.store import Store
    from mammo.training.items import Item

HEATMAPS = "heatmaps"  # the kind of job


def draw_job(
    store: Store,
    settings: Settings,
    job_id: int,
    method: str,
    *,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
    on_kept: Callable[[], None] = lambda: None,
) -> int:
    """Answer and explain every test image with the model of its fold; what is drawn already stays. Their number.

    Args:
        store: The database.
        settings: Where files lie.
        job_id: A training that succeeded.
        method: Name in CAM_METHODS.
        on_progress: Called with images done and their number.
        on_kept: Called when one more is drawn and kept.

    Raises:
        JobStateError: If the job is not a training that succeeded.
        UnknownNameError: If there is no such method.
        DatasetError: If it has no test images, or its folds can't be told any more.
        CheckpointError: If its model is gone or damaged.
        ImageError: If a film is gone or can't be read.
    """
    from mammo.prediction.server import PredictionServer

    method = CAM_METHODS[method].name
    tested = list(items_tested(store, job_id))
    if not tested:
        raise DatasetError(f"Job {job_id} has no test images whose heat maps could be drawn.")
    server = PredictionServer(settings)
    for done, (fold, item) in enumerate(tested, 1):
        square = square_of(item)
        path = kept_path(settings.job_dir(job_id), method, item.sample.sha256, fold, square)
        if kept_answer(path) is None:
            film = item.sample.path
            question = Question(job_id, film.name, method, path=str(film), fold=fold, square=square, longest_px=TILE_PX)
            keep_answer(path, server.explained(question, b""))
            on_kept()
        on_progress(done, len(tested))
    return len(tested)


def items_tested(store: Store, job_id: int) -> Iterator[tuple[int, Item]]:
    """Fold and item of everything that a training was tested on."""
    for one in fold_items(store, job_id):
        yield from ((one.fold, item) for item, part in zip(one.items, one.parts, strict=True) if part == "test")


def square_of(item: Item) -> tuple[float, float, float] | None:
    """Center and side of what an item shows of its film; None for all."""
    region = item.region
    return None if region is None else (region.center_x_px, region.center_y_px, region.side_px)


def drawn_count(job_dir: Path, method: str) -> int:
    """How many heat maps of a method are kept with a training."""
    return sum(1 for _ in (job_dir / "heatmaps" / method).glob("*.bin"))
