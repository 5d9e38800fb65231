"""The CPU's way to feed a training: images of several steps are moved at once, and nobody can tell by the batches."""

import numpy as np
import pytest

from mammo.augmentation.policy import POLICIES
from mammo.models import MODELS
from mammo.training import feeding
from mammo.training.batches import augmented, epoch_batches
from mammo.training.config import TrainingConfig
from mammo.training.feeding import HostFeed
from mammo.training.shares import WHOLE, Share
from tests.unit.training.short_fits import SIZE, films, parts_of

COUNT, BATCH, EPOCHS = 18, 4, 2
CONFIG = TrainingConfig.of({"batch_size": BATCH, "epochs": EPOCHS, "augmentation": "paper", "drop_last": False})
ORDER = [(epoch, number) for epoch in range(EPOCHS) for number in range(-(-COUNT // BATCH))]


@pytest.fixture(params=[1, 2, 3, 100])
def steps_at_once(request, monkeypatch):
    monkeypatch.setattr(feeding, "_BYTES_AT_ONCE", request.param * BATCH * SIZE * SIZE)
    return request.param


@pytest.mark.parametrize("share", [WHOLE, Share(1, 2)], ids=["alone", "second of two"])
def test_a_batch_is_the_same_in_turn_and_from_anywhere(steps_at_once, share):
    parts = parts_of(films(COUNT), MODELS["small"], share)
    in_turn = HostFeed(CONFIG, parts)
    for epoch, number in ORDER:
        positions = share.of(epoch_batches(parts.train.labels, CONFIG, epoch)[number])
        expected = augmented(parts.train, positions, POLICIES["paper"], seed=CONFIG.seed, epoch=epoch)
        for feed in (in_turn, HostFeed(CONFIG, parts)):  # the other one begins here, as after a resume
            batch = feed.batch(epoch, number)
            np.testing.assert_array_equal(batch.images, expected)
            assert batch.labels.tolist() == parts.train.labels[positions].tolist()


def test_the_room_of_images_ahead_is_bounded(steps_at_once, monkeypatch):
    moved = []

    def watched(data, positions, *arguments, **named):
        moved.append(len(positions))
        return augmented(data, positions, *arguments, **named)

    monkeypatch.setattr(feeding, "augmented", watched)
    feed = HostFeed(CONFIG, parts_of(films(COUNT), MODELS["small"]))
    for epoch, number in ORDER:
        feed.batch(epoch, number)
    assert max(moved) <= steps_at_once * BATCH
    assert sum(moved) == EPOCHS * COUNT  # none twice
