"""What a person would do next with what this server holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mammo.store import DataSetRecord, JobRecord, JobState
from mammo.ui.job_table import ACTIVE


@dataclass(frozen=True)
class NextStep:
    """One suggestion: what, why, and the page or else the command that does it."""

    what: str
    why: str
    page: str | None = None
    query: tuple[tuple[str, str], ...] = ()
    command: str | None = None


def next_step(data_sets: Sequence[DataSetRecord], jobs: Sequence[JobRecord], preset_names: Sequence[str]) -> NextStep:
    """The first thing that is missing on the way from films to a model."""
    if not data_sets:
        return NextStep(
            "Try contrast on a synthetic film",
            "This server holds no data set yet. Your own films come in with the command below.",
            page="pages/contrast.py",
            command="python -m mammo datasets add FOLDER",
        )
    latest = max(data_sets, key=lambda record: record.imported_at).name
    if not preset_names:
        return NextStep(
            f"Tune the contrast of {latest}",
            "No preset is saved yet.",
            page="pages/contrast.py",
            query=(("data_set", latest),),
        )
    if not any(job.kind == "training" and (job.state in ACTIVE or job.state == JobState.SUCCEEDED) for job in jobs):
        return NextStep(
            f"Train a model on {latest}",
            "No model was trained yet.",
            command=f"python -m mammo train --dataset {latest}",
        )
    return NextStep(
        f"Compare films of {latest}",
        "See what a preset does to each class.",
        page="pages/contrast.py",
        query=(("data_set", latest),),
    )
