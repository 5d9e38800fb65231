"""A trial by a clock that each look moves on: what is counted, and for how long."""

from itertools import count

import pytest
import torch

from mammo.training import trial
from mammo.training.config import TrainingConfig
from mammo.training.trial import trial_seconds_per_image

CONFIG = TrainingConfig.of({"model": "small", "weights": "none", "image_size": 64, "batch_size": 4, "threads": 1})


def clock_with(tick):
    ticks = count()
    return lambda: tick * next(ticks)


def test_a_step_is_shared_by_its_images_and_the_change_of_weights_by_the_batch():
    assert trial_seconds_per_image(CONFIG, 3, clock=clock_with(0.1)) == pytest.approx(0.1 / 4 + 0.1 / 4)
    large = CONFIG.with_values({"batch_size": 100})  # 8 images of it are tried
    assert trial_seconds_per_image(large, 3, clock=clock_with(0.1)) == pytest.approx(0.1 / 8 + 0.1 / 100)


def test_a_slow_machine_is_tried_once_only():
    looks = []
    trial_seconds_per_image(CONFIG, 3, clock=lambda: looks.append(None) or 100.0 * len(looks))
    assert len(looks) == 5  # at the start, three in the step, one before the next


def test_it_leaves_the_threads_and_takes_real_time():
    before = torch.get_num_threads()
    assert 0 < trial_seconds_per_image(CONFIG, 3) < 60
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("values", [{}, {"frozen": True}, {"frozen": True, "cached_features": 3}], ids=str)
def test_the_whole_network_learns_in_a_trial_whatever_the_training_freezes(monkeypatch, values):
    groups, learning = [], trial.trainable_groups
    monkeypatch.setattr(trial, "trainable_groups", lambda *of: groups.extend(learning(*of)) or groups)
    trial_seconds_per_image(CONFIG.with_values(values), 3, clock=clock_with(0.1))
    assert {"backbone", "head"} <= {group["name"] for group in groups}
    assert all(weights.grad is not None for group in groups for weights in group["params"])
