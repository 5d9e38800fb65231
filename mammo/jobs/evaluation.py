"""Scoring a finished training on its own test part, or on any other data set."""

from __future__ import annotations

import numpy as np

from mammo.config import Settings
from mammo.errors import DatasetError, JobStateError, ParameterError
from mammo.evaluation.evaluation import Evaluation, evaluate
from mammo.evaluation.predictions import Predictions
from mammo.jobs.planning import policy_of
from mammo.store import JobRecord, JobState, Store
from mammo.training.config import TrainingConfig
from mammo.training.items import film_items, placement_of, region_items


def evaluate_job(
    store: Store, settings: Settings, job_id: int, *, data_set: str | None = None, part: str = "test"
) -> Evaluation:
    """Scores of a finished training.

    Args:
        store: The database.
        settings: Where files lie.
        job_id: A training that succeeded.
        data_set: Another data set than the job's own; its images are all predicted now.
        part: "test" for the job's own test part; "all" for every image, which for the job's own data set holds those
            that it learnt from, so that only another data set gives an honest score.

    Raises:
        JobStateError: If the job is not a training that succeeded.
        DatasetError: If the data set's classes are none of the model's, or it was learnt from.
        ParameterError: If ``part`` is neither.
    """
    if part not in {"test", "all"}:
        raise ParameterError(f"A model is scored on test or all, not on {part!r}.")
    job = finished_training(store, job_id)
    if data_set not in {None, job.data_set}:
        return _on_all_images(store, settings, job, str(data_set))
    if part == "all":
        raise DatasetError(f"Job {job_id} learnt from {job.data_set}; scores on all of it would be praise, not proof.")
    return _stored_test(store, job)


def finished_training(store: Store, job_id: int) -> JobRecord:
    """The job, if it is a training that succeeded.

    Raises:
        NotFoundError: If there is no such job.
        JobStateError: If it is another kind of job, or did not succeed.
    """
    job = store.jobs.get(job_id)
    if job.kind != "training" or job.state != JobState.SUCCEEDED:
        raise JobStateError(f"Job {job_id} is a {job.kind} that is {job.state}; only a finished training has scores.")
    return job


def stored_test_predictions(store: Store, job: JobRecord, *, control: bool = False) -> Predictions | None:
    """Test predictions of all folds of a finished training, or of its position control; None where it has none.

    The folds of the control have the numbers after the headline's.
    """
    folds = max(TrainingConfig.of(job.config).folds, 1)
    rows = [row for row in store.predictions.load(job.id, "test") if (row.fold >= folds) == control]
    if not rows:
        return None
    return Predictions.checked(
        [row.truth for row in rows],
        [row.probabilities for row in rows],
        [row.patient_id for row in rows],
        (job.model or {})["class_names"],
    )


def _stored_test(store: Store, job: JobRecord) -> Evaluation:
    stored = stored_test_predictions(store, job)
    if stored is None:
        raise DatasetError(f"Job {job.id} has no test part: its split holds no test images.")
    return evaluate(stored.truth, stored.probabilities, stored.patients.tolist(), stored.class_names)


def _on_all_images(store: Store, settings: Settings, job: JobRecord, data_set: str) -> Evaluation:
    from mammo.inference import load_models, probabilities_of_items  # with torch, which stored scores don't need

    models = load_models(settings.job_dir(job.id))
    config, class_names = models[0].config, models[0].class_names
    samples = store.data_sets.samples(data_set)
    policy = policy_of(store, data_set, config)
    if config.region == "lesion":
        items = region_items(samples, policy, placement_of(config))
    else:
        items = film_items(samples, policy, class_names)
    if not items:
        raise DatasetError(f"No image of {data_set} has a class that the model knows ({', '.join(class_names)}).")
    probabilities = probabilities_of_items(models, items, settings.prepared_dir)
    truth = np.array([item.label for item in items])
    return evaluate(truth, probabilities, [item.sample.patient_id for item in items], class_names)
