"""Checking whether the heat maps of a finished training can be trusted, on films that it was tested on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mammo.datasets.lesions import lesion_mask
from mammo.errors import DatasetError
from mammo.evaluation.evaluation import Evaluation
from mammo.explanation import CAM_METHODS
from mammo.imaging.breast import breast_mask
from mammo.jobs.evaluation import finished_training
from mammo.jobs.planning import policy_of
from mammo.trust.heatmap_trust import HeatmapTrust, model_doubt

if TYPE_CHECKING:
    from collections.abc import Callable

    from mammo.config import Settings
    from mammo.store import PredictionRecord, Store
    from mammo.training.items import Item
    from mammo.training.model_folder import TrainedModel
    from mammo.trust.checking import CheckedImages

IMAGES = 48  # checked unless more are asked for: two minutes on two cores with SqueezeNet
_SEED = 0


def check_job(
    store: Store,
    settings: Settings,
    job_id: int,
    methods: Sequence[str],
    *,
    images: int = IMAGES,
    on_progress: Callable[[float], None] = lambda _share: None,
) -> list[HeatmapTrust]:
    """Measure each method on a finished training; of several folds on the first.

    Args:
        store: The database.
        settings: Where files lie.
        job_id: A training that succeeded.
        methods: Names in CAM_METHODS.
        images: At most so many test images, those with an outlined lesion first.
        on_progress: Called with the share that is done.

    Raises:
        JobStateError: If the job is not a training that succeeded.
        DatasetError: If it has no test images.
        UnknownNameError: If there is no such method.
        TrainingError: If a film is gone or has changed.
    """
    from mammo.inference import load_models
    from mammo.trust.checking import Subject, check_heatmaps

    job = finished_training(store, job_id)
    stored = (job.result or {}).get("test")
    rows = store.predictions.load(job_id, "test", fold=0)
    if stored is None or not rows or job.data_set is None:
        raise DatasetError(f"Job {job_id} has no test images on which its heat maps could be checked.")
    known = [CAM_METHODS[name] for name in methods]
    model = load_models(settings.job_dir(job_id))[0]
    checked = _images_of(model, _chosen(rows, _items(store, job.data_set, model), images))
    doubt = model_doubt(Evaluation.from_json(stored))
    found = []
    for number, method in enumerate(known):

        def told(done: int, total: int, before: int = number) -> None:
            on_progress((before + done / total) / len(known))

        subject = Subject(method, model.spec, model.network)
        found.append(check_heatmaps(subject, checked, seed=_SEED, model_doubt=doubt, on_progress=told))
    return found


def _items(store: Store, data_set: str, model: TrainedModel) -> dict[str, Item]:
    """Everything that the model judges of a data set, by item."""
    from mammo.training.items import film_items, placement_of, region_items

    samples = store.data_sets.samples(data_set)
    policy = policy_of(store, data_set, model.config)
    if model.config.region == "lesion":
        items = region_items(samples, policy, placement_of(model.config))
    else:
        items = film_items(samples, policy, model.class_names)
    return {item.id: item for item in items}


def _chosen(
    rows: Sequence[PredictionRecord], items: dict[str, Item], images: int
) -> list[tuple[Item, PredictionRecord]]:
    """As many as are wanted, drawn from a seed, those with an outlined lesion before the others."""
    there = [(items[row.item_id], row) for row in rows if row.item_id in items]
    order = np.random.default_rng(_SEED).permutation(len(there))
    drawn = [there[place] for place in order]
    return sorted(drawn, key=lambda one: not one[0].sample.lesions)[:images]


def _images_of(model: TrainedModel, chosen: Sequence[tuple[Item, PredictionRecord]]) -> CheckedImages:
    """The films as the network gets them, each to be explained for the class that it is called."""
    import torch

    from mammo.imaging.gray_image import to_stored
    from mammo.training.batches import to_input
    from mammo.training.prepared import prepared_item, stored_bits
    from mammo.trust.checking import CheckedImages

    pictures = [prepared_item(item, model.pipeline) for item, _row in chosen]
    bits = stored_bits(item.sample for item, _row in chosen)
    stored = np.stack([to_stored(picture.pixels, bits) for picture in pictures])
    whole = model.config.region == "none"
    outlines = [picture.follow(lesion_mask(item.sample)) for picture, (item, _) in zip(pictures, chosen, strict=True)]
    return CheckedImages(
        inputs=torch.cat([to_input(one[np.newaxis], model.pipeline.mean, model.pipeline.std) for one in stored]),
        targets=[max(range(len(row.probabilities)), key=row.probabilities.__getitem__) for _, row in chosen],
        patients=np.array([row.patient_id for _, row in chosen]),
        breasts=[
            breast_mask(picture.pixels) if whole else np.ones(picture.pixels.shape, np.bool_) for picture in pictures
        ],
        lesions=[outline if outline.any() else None for outline in outlines],
    )
