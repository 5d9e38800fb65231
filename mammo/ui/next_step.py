"""What a person would do next with what this server holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mammo.store import DataSetRecord, JobRecord, JobState
from mammo.ui.data_set_import import IMPORT_KINDS
from mammo.ui.job_table import ACTIVE


@dataclass(frozen=True)
class NextStep:
    """One suggestion: what, why, and the page that does it."""

    what: str
    why: str
    page: str
    query: tuple[tuple[str, str], ...] = ()


def next_step(
    data_sets: Sequence[DataSetRecord],
    jobs: Sequence[JobRecord],
    preset_names: Sequence[str],
    *,
    is_training_to_come: bool = False,
) -> NextStep:
    """The first thing that is missing on the way from films to a model, and that nobody sees to yet."""
    if not data_sets:
        return _first_step(jobs)
    latest = max(data_sets, key=lambda record: record.imported_at).name
    of_latest = (("data_set", latest),)
    trained = [
        job for job in jobs if job.kind == "training" and (job.state in ACTIVE or job.state == JobState.SUCCEEDED)
    ]
    if not trained and is_training_to_come:
        return NextStep("Try contrast on a synthetic film", "The first model is on its way.", "pages/contrast.py")
    if not trained:
        return NextStep(f"Train a model on {latest}", "No model was trained yet.", "pages/training.py", of_latest)
    if not preset_names:
        return NextStep(
            f"Tune the contrast of {latest}",
            "No preset is saved yet. A preset is a contrast setting with a name, which a training can take.",
            "pages/contrast.py",
            of_latest,
        )
    return NextStep(
        f"Look through {latest}", "Every film, its woman, what the audits say.", "pages/data_sets.py", of_latest
    )


def _first_step(jobs: Sequence[JobRecord]) -> NextStep:
    if any(job.kind in IMPORT_KINDS and job.state in ACTIVE for job in jobs):
        return NextStep("Try contrast on a synthetic film", "The first films are on their way.", "pages/contrast.py")
    return NextStep(
        "Add a data set",
        "This server holds no data set yet. Add films of your own, or have synthetic ones drawn.",
        "pages/data_sets.py",
        (("add", "folder"),),
    )
