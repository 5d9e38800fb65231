"""What a job will work on, and what it will cost. Loads no torch by itself: pages plan too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median

from mammo.datasets import LabelPolicy
from mammo.errors import NotFoundError
from mammo.store import JobFilter, JobRecord, JobState, Store
from mammo.training.config import TrainingConfig
from mammo.training.network_size import NetworkShape, network_size
from mammo.training.plan import TrainingPlan, images_seen, training_plan
from mammo.training.series import TrainingSource, counts_of_first_fold

_REMEMBERED = 30  # trainings that a pace is sought among


def training_source(store: Store, data_set: str | None, split: str | None, config: TrainingConfig) -> TrainingSource:
    """Samples, assignment and label policy of a training.

    Raises:
        NotFoundError: If the data set or the split is not there.
    """
    if data_set is None:
        raise NotFoundError("This job names no data set. Start it again with one.")
    samples = store.data_sets.samples(data_set)
    assignment = store.splits.load(data_set, split).assignment if split is not None else {}
    return TrainingSource(samples, assignment, policy_of(store, data_set, config))


def policy_of(store: Store, data_set: str, config: TrainingConfig) -> LabelPolicy:
    """The label policy of a training: its own, or the data set's."""
    return config.label_policy or store.data_sets.get(data_set).label_policy


def plan_of(store: Store, data_set: str, split: str | None, config: TrainingConfig) -> TrainingPlan:
    """What a training would cost; nothing is read but the database, and for regions the films' outlines."""
    images, validation, classes = counts_of_first_fold(config, training_source(store, data_set, split, config))
    size = network_size(NetworkShape.of(config, classes))
    return training_plan(config, size, images=images, validation_images=validation)


def timed_plan(store: Store, data_set: str, split: str | None, config: TrainingConfig) -> tuple[TrainingPlan, str]:
    """As ``plan_of``, its time measured on this machine, and in words how: by earlier trainings, or by a few steps.

    Takes up to some ten seconds.
    """
    from mammo.training.trial import trial_seconds_per_image

    images, validation, classes = counts_of_first_fold(config, training_source(store, data_set, split, config))
    size = network_size(NetworkShape.of(config, classes))
    plan = training_plan(config, size, images=images, validation_images=validation)
    pace = measured_pace(store, config)
    of_image = pace.seconds_per_image if pace else trial_seconds_per_image(config, classes)
    seconds = of_image * plan.folds * images_seen(config, images, validation)
    jobs = ", ".join(map(str, pace.jobs[:3])) if pace else ""
    known = f"as trainings {jobs} took here" if pace else "by a few steps taken on this machine; preparing comes on top"
    return replace(plan, seconds=round(seconds, 3)), known


@dataclass(frozen=True)
class Pace:
    """How fast this server has trained so far."""

    seconds_per_image: float
    jobs: tuple[int, ...]  # from which that is known


def measured_pace(store: Store, config: TrainingConfig) -> Pace | None:
    """The median pace of the latest trainings like ``config``; None if there was none that ran through in one go."""
    wanted = JobFilter(kind="training", states={JobState.SUCCEEDED}, limit=_REMEMBERED, in_brief=True)
    measured = {job.id: pace for job in store.jobs.list(wanted) if (pace := _pace(store, job, config)) is not None}
    return Pace(median(measured.values()), tuple(measured)) if measured else None


def _pace(store: Store, job: JobRecord, config: TrainingConfig) -> float | None:
    like = ("model", "image_size", "frozen", "cached_features", "precision", "threads", "region")
    if job.attempt != 1 or job.started_at is None or job.finished_at is None:
        return None
    if job.data_set is None or job.split is None or any(_setting(job, key) != getattr(config, key) for key in like):
        return None
    parts = store.splits.get(job.data_set, job.split).images
    seen = images_seen(TrainingConfig.of(job.config), parts["train"], parts["validation"])
    return (job.finished_at - job.started_at).total_seconds() / seen


def _setting(job: JobRecord, key: str) -> object:
    """What a training was set to; where the setting is younger than the job, what it has been since."""
    return job.config.get(key, TrainingConfig.model_fields[key].default)
