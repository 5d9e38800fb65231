"""Earlier trainings tell how long the next one like them takes."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from mammo.jobs.planning import measured_pace
from mammo.training.config import TrainingConfig

CONFIG = TrainingConfig.of({"model": "small", "epochs": 2, "batch_size": 4})
START = datetime(2026, 1, 1, tzinfo=UTC)


def store_with(config):
    """Of one training of 100 seconds, on 40 images and 30 for validation."""
    job = SimpleNamespace(
        id=7, attempt=1, started_at=START, finished_at=START + timedelta(seconds=100), data_set="films", split="a"
    )
    job.config = config
    split = SimpleNamespace(images={"train": 40, "validation": 30, "test": 9})
    return SimpleNamespace(
        jobs=SimpleNamespace(list=lambda _filter: [job]), splits=SimpleNamespace(get=lambda _set, _name: split)
    )


def without(config, *names):
    return {name: value for name, value in config.to_dict().items() if name not in names}


@pytest.mark.parametrize("younger", [(), ("cached_features",), ("cached_features", "frozen")], ids=str)
def test_a_training_like_it_tells_the_pace_also_one_older_than_a_setting(younger):
    pace = measured_pace(store_with(without(CONFIG, *younger)), CONFIG)
    assert pace.jobs == (7,)
    assert pace.seconds_per_image == pytest.approx(100 / (2 * 40 + 2 * 30 / 3))


def test_one_of_another_kind_tells_none():
    frozen = CONFIG.with_values({"frozen": True})
    assert measured_pace(store_with(frozen.to_dict()), CONFIG) is None
    assert measured_pace(store_with(without(CONFIG, "cached_features", "frozen")), frozen) is None
