from datetime import UTC, datetime, timedelta

import pytest

from mammo.store import JobRecord, JobState
from mammo.ui.job_times import remaining_seconds

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def job(progress, before, since, state=JobState.RUNNING):
    return JobRecord(
        id=1, kind="training", state=state, config={}, data_set=None, data_set_fingerprint=None, split=None,
        owner="guest", priority=0, attempt=1, created_at=NOW, progress=progress,
        progress_before=before, attempt_started_at=since,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("progress", "before", "minutes", "left"),
    [
        (0.5, 0.0, 10, 600.0),  # half in ten minutes: ten more
        (0.2, 0.0, 1, 240.0),
        (0.75, 0.5, 10, 600.0),  # a resumed job goes by what this attempt did: a quarter in ten minutes
        (1.0, 0.0, 10, 0.0),
    ],
)
def test_the_rest_takes_as_long_as_this_attempts_share_took(progress, before, minutes, left):
    since = NOW - timedelta(minutes=minutes)
    assert remaining_seconds(job(progress, before, since), NOW) == pytest.approx(left)


@pytest.mark.parametrize(
    ("progress", "before", "state"),
    [(0.01, 0.0, JobState.RUNNING), (0.5, 0.495, JobState.RUNNING), (0.5, 0.0, JobState.PAUSED)],
    ids=["just begun", "just resumed", "paused"],
)
def test_no_end_is_promised_that_is_not_known(progress, before, state):
    assert remaining_seconds(job(progress, before, NOW - timedelta(minutes=1), state), NOW) is None
