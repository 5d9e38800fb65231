"""How steady a finished training's answers to its test images are: computed once, kept in the training's folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from mammo.errors import DatasetError
from mammo.files import write_json
from mammo.jobs.learnt_from import fold_items
from mammo.stability import Stability, stability_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mammo.config import Settings
    from mammo.store import Store
    from mammo.training.items import Item
    from mammo.training.model_folder import TrainedModel

STABILITY = "stability"  # the kind of job

_AT_ONCE = 32  # images between two writes: what a kill can cost

Found = dict[str, Stability]  # by item id


def stability_path(job_dir: Path) -> Path:
    """Where the steadiness of a training's answers lies, or will lie."""
    return job_dir / "stability.json"


def measure_job(
    store: Store, settings: Settings, job_id: int, *, on_progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Found:
    """Ask each fold's model for its test images again under small changes; goes on where it was broken off.

    Args:
        store: The database.
        settings: Where files lie.
        job_id: A training that succeeded.
        on_progress: Called with images done and their number.

    Raises:
        JobStateError: If the job is not a training that succeeded.
        NotFoundError: If its data set or split is gone.
        DatasetError: If it has no test images, or its folds can't be told any more.
        CheckpointError: If its model is gone or damaged.
        TrainingError: If a film is gone or has changed.
    """
    from mammo.inference import load_models

    tested = [
        [item for item, part in zip(one.items, one.parts, strict=True) if part == "test"]
        for one in fold_items(store, job_id)
    ]
    count = sum(map(len, tested))
    if not count:
        raise DatasetError(f"Job {job_id} has no test images whose answers could be asked for again.")
    path = stability_path(settings.job_dir(job_id))
    models = load_models(settings.job_dir(job_id))
    weights = [model.weights_sha256 for model in models]
    found = _kept(path, weights)
    for model, items in zip(models, tested, strict=False):
        missing = [item for item in items if item.id not in found]
        for start in range(0, len(missing), _AT_ONCE):
            found |= _measured(model, missing[start : start + _AT_ONCE], settings.prepared_dir)
            kept = {name: asdict(one) for name, one in found.items()}
            write_json(path, {"weights_sha256": weights, "images": count, "found": kept})
            on_progress(len(found), count)
    return found


def known_stability(job_dir: Path) -> Found | None:
    """What was found for every test image of a training; None as long as it isn't complete."""
    try:
        stored = json.loads(stability_path(job_dir).read_text())
    except (FileNotFoundError, ValueError):
        return None
    found = _from_json(stored["found"])
    return found if len(found) >= stored["images"] else None


def _kept(path: Path, weights: Sequence[str]) -> Found:
    try:
        stored = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return _from_json(stored["found"]) if stored["weights_sha256"] == list(weights) else {}


def _from_json(found: dict[str, dict[str, object]]) -> Found:
    return {name: Stability(**{**one, "turned_by": tuple(one["turned_by"])}) for name, one in found.items()}  # type: ignore[arg-type]


def _measured(model: TrainedModel, items: Sequence[Item], prepared_dir: Path) -> Found:
    from mammo.training.prepared import prepare_images

    prepared = prepare_images(items, model.pipeline, prepared_dir)
    pictures = [prepared[place] for place in range(len(items))]
    return dict(zip((item.id for item in items), stability_of([model], pictures), strict=True))
