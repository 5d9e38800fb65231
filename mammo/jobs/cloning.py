"""Configurations of jobs that are submitted again with changes, checked before anything is submitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mammo.errors import ParameterError
from mammo.jobs.planning import plan_of
from mammo.store import JobRecord, Store
from mammo.training.config import TrainingConfig


def changed_config(store: Store, job: JobRecord, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A job's configuration with changes put over it.

    Raises:
        ParameterError: If a setting is not known, its value does not fit, or the job's data don't allow it.
        NotFoundError: If a training's data set or split is not there any more.
    """
    if job.kind == "training":
        config = TrainingConfig.of(job.config).with_values(changes)
        split = None if config.folds else job.split
        if split is None and not config.folds:
            raise ParameterError(f"Job {job.id} has no split, as folds need none. Train anew with --split instead.")
        plan_of(store, str(job.data_set), split, config)  # what can't start is refused here
        return config.to_dict()
    unknown = sorted(changes.keys() - job.config.keys())
    if unknown:
        known = ", ".join(sorted(job.config))
        raise ParameterError(f"A job of the kind {job.kind} has no setting named {unknown[0]!r}; it has: {known}.")
    return {**job.config, **changes}
