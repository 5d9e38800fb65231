"""What the checks of a training's heat maps have found so far."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from mammo.store import JobFilter, JobState
from mammo.trust.heatmap_trust import HeatmapTrust

if TYPE_CHECKING:
    from mammo.store import JobRecord, Store

CHECK = "heatmap_check"  # kind of the jobs


def known_trust(store: Store, job: int) -> dict[str, HeatmapTrust]:
    """The latest check of each method of a training, by the method's name."""
    found: dict[str, HeatmapTrust] = {}
    for check in checks_of(store, job, {JobState.SUCCEEDED}):  # the latest first
        for one in (check.result or {}).get("checks", []):
            found.setdefault(one["method"], HeatmapTrust.from_json(one))
    return found


def checks_of(store: Store, job: int, states: Set[JobState]) -> list[JobRecord]:
    """The jobs that check or checked a training's maps, the latest first."""
    jobs = store.jobs.list(JobFilter(kind=CHECK, states=states, limit=200))
    return [one for one in jobs if one.config.get("job") == job]
