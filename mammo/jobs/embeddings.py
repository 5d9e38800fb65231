"""Computing the embeddings of all pictures of a finished training, and finding the nearest known ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from mammo.embedding.catalogue import Catalogue, KnownPicture, catalogue_path, read_catalogue, write_catalogue
from mammo.embedding.nearest import Nearest, nearest_known, usual_distances
from mammo.errors import CheckpointError
from mammo.jobs.learnt_from import FoldItems, fold_items
from mammo.report.likeness import Likeness

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from mammo.config import Settings
    from mammo.store import Store
    from mammo.training.model_folder import TrainedModel

EMBEDDINGS = "embeddings"  # the kind of job

Progress = Callable[[float, str], None]


def embed_job(
    store: Store,
    settings: Settings,
    job_id: int,
    *,
    on_progress: Progress = lambda _share, _note: None,
    on_kept: Callable[[], None] = lambda: None,
) -> list[Catalogue]:
    """Compute the embeddings of every picture of each fold and keep them in the training's folder.

    A fold that is done is not computed again.

    Args:
        store: The database.
        settings: Where files lie.
        job_id: A training that succeeded.
        on_progress: Called with the share that is done, and what is being done.
        on_kept: Called when one more fold is computed and kept.

    Raises:
        JobStateError: If the job is not a training that succeeded.
        NotFoundError: If its data set or split is gone.
        DatasetError: If the folds can't be told any more.
        CheckpointError: If its model is gone or damaged.
        TrainingError: If a film is gone or has changed.
    """
    from mammo.inference import load_models

    folds = fold_items(store, job_id)
    models = load_models(settings.job_dir(job_id))
    found = []
    for of_fold, model in zip(folds, models, strict=False):

        def told(share: float, note: str, before: int = of_fold.fold) -> None:
            on_progress((before + share) / len(folds), note)

        path = catalogue_path(settings.job_dir(job_id), of_fold.fold)
        kept = _kept(path, model)
        found.append(kept or _computed(path, of_fold, model, settings.prepared_dir, told))
        if kept is None:
            on_kept()
    return found


def known_pictures(settings: Settings, job_id: int, fold: int = 0) -> Catalogue:
    """The embeddings of a training's fold, read once and kept in memory while the file stays the same.

    Raises:
        CheckpointError: If they have not been computed (code "no_embeddings"), or are damaged.
    """
    path = catalogue_path(settings.job_dir(job_id), fold)
    if not path.is_file():
        raise CheckpointError(f"The embeddings of job {job_id} have not been computed yet.", code="no_embeddings")
    return _read(path, path.stat().st_mtime_ns)


def nearest_cases(
    settings: Settings,
    job_id: int,
    vector: npt.ArrayLike,
    *,
    patient_id: str | None = None,
    count: int = 6,
    left_out: Collection[str] = (),
) -> Nearest:
    """The pictures nearest to one among those that a job's (first) model learnt from, each of another woman.

    Args:
        settings: Where files lie.
        job_id: A training whose embeddings have been computed.
        vector: The picture's embedding, as an Answer of the prediction process has it.
        patient_id: The woman whose pictures are never found; None if nobody knows her.
        count: At most so many.
        left_out: Ids of samples that must not be found, such as those that a person may not see.

    Raises:
        CheckpointError: If there are no embeddings (code "no_embeddings"), or they are damaged.
        ParameterError: If the vector is another model's.
    """
    known = known_pictures(settings, job_id)
    return nearest_known(known, vector, patient_id=patient_id, count=count, left_out=left_out)


def likeness_of(settings: Settings, job_id: int, vector: Sequence[float]) -> Likeness | None:
    """The most similar known cases for a report; None where nobody has computed the embeddings."""
    try:
        return Likeness.of(nearest_cases(settings, job_id, vector))
    except CheckpointError:
        return None


@lru_cache(maxsize=8)
def _read(path: Path, _changed_at: int) -> Catalogue:
    return read_catalogue(path)


def _kept(path: Path, model: TrainedModel) -> Catalogue | None:
    """What was computed before by the same weights; None where it must be computed (again)."""
    try:
        catalogue = read_catalogue(path)
    except CheckpointError:
        return None
    return catalogue if catalogue.weights_sha256 == model.weights_sha256 else None


def _computed(path: Path, of_fold: FoldItems, model: TrainedModel, prepared_dir: Path, told: Progress) -> Catalogue:
    from mammo.embedding.computing import embedding_layer, embeddings
    from mammo.training.prepared import prepare_images

    def preparing(done: int, count: int) -> None:
        told(0, f"preparing image {done} of {count}")

    prepared = prepare_images(of_fold.items, model.pipeline, prepared_dir, on_progress=preparing)
    pictures = [prepared[place] for place in range(len(of_fold.items))]
    vectors = embeddings(model, pictures, lambda done, count: told(done / count, f"embedding image {done} of {count}"))
    known = tuple(
        KnownPicture.of(item.id, item.sample, model.class_names[item.label], part)
        for item, part in zip(of_fold.items, of_fold.parts, strict=True)
    )
    catalogue = Catalogue(known, vectors, embedding_layer(model), model.weights_sha256)
    catalogue = replace(catalogue, usual=usual_distances(catalogue))
    write_catalogue(path, catalogue)
    return catalogue
