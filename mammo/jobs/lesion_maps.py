"""Sliding a finished training of regions over the whole films that it was tested on, and scoring the maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mammo.datasets.lesions import lesion_mask
from mammo.datasets.regions import lesion_regions
from mammo.errors import DatasetError, ParameterError
from mammo.imaging.reading import read_image
from mammo.jobs.evaluation import finished_training
from mammo.jobs.heatmaps import items_tested
from mammo.jobs.planning import training_source
from mammo.prediction.kept import keep_answer, kept_path
from mammo.prediction.wire import Answer
from mammo.training.config import TrainingConfig

if TYPE_CHECKING:
    from mammo.config import Settings
    from mammo.datasets import Sample
    from mammo.imaging.gray_image import Mask
    from mammo.imaging.reading import LoadedImage
    from mammo.store import Store
    from mammo.training.model_folder import TrainedModel
    from mammo.trust.lesion_map import LesionMap
    from mammo.trust.lesion_map_scores import LesionMapScores

LESION_MAPS = "lesion_maps"  # the kind of job; also the name under which the maps are kept
FILMS = 40  # unless more are asked for: a minute or two on two cores

Film = tuple[int, "Sample"]  # whose fold's model never saw it


def map_job(
    store: Store,
    settings: Settings,
    job_id: int,
    *,
    films: int = FILMS,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[LesionMapScores, list[Film]]:
    """Draw the lesion maps of test films with outlined lesions, keep them with the training, and score them.

    Args:
        store: The database.
        settings: Where files lie.
        job_id: A training of regions that succeeded.
        films: At most so many, every so manieth in the order of their names.
        on_progress: Called with films done and their number.

    Raises:
        JobStateError: If the job is not a training that succeeded.
        ParameterError: If it judges whole films.
        DatasetError: If no test film has an outlined lesion.
        CheckpointError: If its model is gone or damaged.
        ImageError: If a film or mask is gone or can't be read.
    """
    from mammo.inference import load_models
    from mammo.trust.lesion_map import lesion_map
    from mammo.trust.lesion_map_scores import film_scores, summarized_films

    job = finished_training(store, job_id)
    config = TrainingConfig.of(job.config)
    if config.region == "none":
        raise ParameterError(f"Job {job_id} judges whole films; only a training of regions is slid over films.")
    chosen = _chosen(store, job_id, films)
    models = load_models(settings.job_dir(job_id))
    side = _usual_side(training_source(store, job.data_set, job.split, config).samples, config.region_context)
    scores, shown = [], []
    for done, (fold, sample) in enumerate(chosen, 1):
        image = read_image(sample.path)
        found = lesion_map(models[fold], image, side_share=side)
        outlined = _in_shape(lesion_mask(sample), found.heatmap.shape)
        if outlined.any() and found.breast.any():
            scores.append(film_scores(found, outlined))
            shown.append((fold, sample))
            path = kept_path(settings.job_dir(job_id), LESION_MAPS, sample.sha256, fold, None)
            keep_answer(path, _answer(found, image, models[fold]))
        on_progress(done, len(chosen))
    return summarized_films(scores, [sample.patient_id for _, sample in shown]), shown


def _chosen(store: Store, job_id: int, films: int) -> list[Film]:
    """Fold and film of each that has an outlined lesion, each once."""
    known: dict[str, Film] = {}
    for fold, item in items_tested(store, job_id):
        if item.sample.lesions and item.sample.id not in known and lesion_mask(item.sample).any():
            known[item.sample.id] = (fold, item.sample)
    if not known:
        raise DatasetError(f"Job {job_id} was tested on no film with an outlined lesion.")
    in_order = [known[name] for name in sorted(known)]
    return in_order[:: max(1, -(-len(in_order) // films))]


def _usual_side(samples: Sequence[Sample], context: float) -> float:
    """The median side of the squares around lesions, as a share of the film's height."""
    heights = {sample.id: sample.height_px for sample in samples}
    regions = lesion_regions(samples, context=context)
    return float(np.median([region.side_px / heights[region.sample_id] for region in regions]))


def _in_shape(mask: Mask, shape: tuple[int, ...]) -> Mask:
    size = (shape[1], shape[0])
    return np.asarray(cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0)


def _answer(found: LesionMap, image: LoadedImage, model: TrainedModel) -> Answer:
    """The map as it is shown: over the film, on the scale of probability."""
    from mammo.imaging.display import exact_png, reduced
    from mammo.imaging.gray_image import to_stored
    from mammo.trust.lesion_map import LONGEST_PX, NORMAL

    strongest = float(found.heatmap.max())
    return Answer(
        label="not normal" if strongest > 0.5 else NORMAL,
        probabilities={"not normal": strongest, NORMAL: 1 - strongest},
        explained_label="not normal",
        warnings=(),
        weights_sha256=model.weights_sha256,
        pipeline_hash=model.pipeline.hash,
        model=model.spec.label,
        cam_layers=(),
        is_whole=True,
        picture=exact_png(to_stored(reduced(image.pixels, LONGEST_PX), 8)),
        heatmap=exact_png(to_stored(found.heatmap, 8)),
        network_input=b"",
    )
