"""Several trainings that differ in their seed, scored as one: the mean of their test scores with one interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mammo.errors import DatasetError, ParameterError
from mammo.evaluation.intervals import Interval
from mammo.evaluation.seeds import mean_of_seeds
from mammo.jobs.evaluation import finished_training, stored_test_predictions
from mammo.store import JobRecord, Store


@dataclass(frozen=True)
class SeedMeans:
    """Mean scores of several trainings on the same women."""

    jobs: tuple[int, ...]
    patients: int  # women
    scores: dict[str, Interval]  # by name in SCORES
    position_control: dict[str, Interval] | None  # the same with normal regions at random places, where all have it

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        control = self.position_control
        return {
            "jobs": list(self.jobs),
            "patients": self.patients,
            "scores": {name: one.to_json() for name, one in self.scores.items()},
            "position_control": control and {name: one.to_json() for name, one in control.items()},
        }


def mean_of_jobs(store: Store, job_ids: Sequence[int]) -> SeedMeans:
    """Mean test scores of finished trainings that differ in nothing but their seed.

    Raises:
        NotFoundError: If there is no such job.
        JobStateError: If one is not a training that succeeded.
        ParameterError: If they differ in more than their seed, or one is named twice.
        DatasetError: If one has no test part.
    """
    jobs = [finished_training(store, job_id) for job_id in job_ids]
    _check_alike(jobs)
    headline = [stored_test_predictions(store, job) for job in jobs]
    empty = next((job.id for job, one in zip(jobs, headline, strict=True) if one is None), None)
    if empty is not None:
        raise DatasetError(f"Job {empty} has no test part: its split holds no test images.")
    known = [one for one in headline if one is not None]
    control = [one for job in jobs if (one := stored_test_predictions(store, job, control=True)) is not None]
    return SeedMeans(
        jobs=tuple(job_ids),
        patients=len({woman for one in known for woman in one.patients}),
        scores=mean_of_seeds(known),
        position_control=mean_of_seeds(control) if len(control) == len(jobs) else None,
    )


def _check_alike(jobs: Sequence[JobRecord]) -> None:
    if len({job.id for job in jobs}) < len(jobs):
        raise ParameterError("A job is named twice; its seed would count double.")
    first = jobs[0]
    for job in jobs[1:]:
        same = {key: value for key, value in first.config.items() if key != "seed"}
        other = {key: value for key, value in job.config.items() if key != "seed"}
        differing = sorted(key for key in same | other if same.get(key) != other.get(key))
        if job.data_set != first.data_set:
            differing.append("data_set")
        if differing:
            raise ParameterError(
                f"Jobs {first.id} and {job.id} differ in {', '.join(differing)}; a mean is of trainings that differ in "
                "their seed alone."
            )
