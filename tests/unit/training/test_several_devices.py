"""A training that several processes share, each with a device of its own: here the CPU, over gloo."""

import multiprocessing
import os
import pickle
import signal
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import distributed

from mammo.errors import ParameterError, TrainingError
from mammo.models import MODELS
from mammo.training import followers
from mammo.training.config import TrainingConfig
from mammo.training.feeding import DeviceFeed, HostFeed
from mammo.training.prepared import PreparedImages
from mammo.training.shares import Share
from tests.unit.training.short_fits import ON_DEVICE, RECORDED, Listener, apart, films, parts_of


@pytest.fixture
def config():
    """An epoch of two batches of seven; the classes weigh differently, and no process has as much of one as another."""
    data = {"model": "squeezenet1_1", "weights": "none", "image_size": 32, "class_weights": "balanced"}
    steps = {"batch_size": 7, "epochs": 3, "optimizer": "adam", "schedule": "one_cycle", "augmentation": "paper"}
    return TrainingConfig.of({**data, **steps, "threads": 1, "checkpoint_every": 2})


@pytest.mark.slow
def test_two_processes_learn_what_one_learns_from_the_same_batches(train, config):
    """Also where each adds up the gradients of several parts."""
    config = config.with_values({"batch_size": 12})
    data = films(26)
    data.labels[:11] = 0
    alone = train(config, RECORDED, folder="alone", data=data, drops_out=False)
    divided = config.with_values({"devices": 2, "micro_batches": 3})
    shared = train(divided, RECORDED, folder="shared", data=data, drops_out=False)
    assert apart(alone, shared) < 1e-5
    assert alone.numbers == pytest.approx(shared.numbers, abs=1e-5)
    assert not multiprocessing.active_children()
    assert not distributed.is_initialized()


@pytest.mark.slow
def test_after_a_kill_it_goes_on_to_the_same_weights(train, config, monkeypatch):
    def kills(listener):
        listener.steps += 1
        if listener.steps == 4:
            os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
        return False

    shared = config.with_values({"devices": 2})
    with monkeypatch.context() as patched:
        patched.setattr(Listener, "should_stop", kills)
        with pytest.raises(TrainingError, match="process of device 1 ended") as refused:
            train(shared)
    assert refused.value.code == "killed"
    assert not multiprocessing.active_children()
    whole, gone_on = train(shared, folder="whole"), train(shared)
    assert apart(whole, gone_on) == 0
    assert gone_on.numbers.items() <= whole.numbers.items()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model": "small"}, r"batch normalization, whose statistics only GPUs can share. Set devices to 1"),
        ({"devices": 3, "batch_size": 6, "drop_last": False}, r"A batch of 2 can't be shared by 3 devices"),
    ],
    ids=["statistics of batches", "a small rest"],
)
def test_what_can_not_be_shared_is_told(train, config, changes, sentence):
    with pytest.raises(TrainingError, match=sentence):
        train(config.with_values({"devices": 2, **changes}))
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"devices": 4}, "A batch of 7 is too small for 4 devices"),
        ({"frozen": True, "cached_features": 1}, "devices: with cached features"),
    ],
)
def test_settings_that_do_not_go_together_are_told(config, values, sentence):
    with pytest.raises(ParameterError, match=sentence):
        config.with_values({"devices": 2, **values})


def test_more_gpus_than_there_are_is_told(config, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    parts = SimpleNamespace(device=torch.device("cuda"))
    with (
        pytest.raises(TrainingError, match=r"shares 2 GPUs, and this process has 1\. Start a worker that has as many"),
        followers.followers_of(config.with_values({"devices": 2}), parts),
    ):
        pass


@pytest.mark.parametrize("feed", [HostFeed, partial(DeviceFeed, engine=ON_DEVICE)], ids=["host", "device"])
def test_shares_of_a_batch_make_it_up(config, feed):
    data, spec = films(14), MODELS["squeezenet1_1"]
    whole = feed(config, parts_of(data, spec)).batch(1, 1)
    parts = [feed(config, parts_of(data, spec, Share(rank, 3))).batch(1, 1) for rank in range(3)]
    assert [len(part.labels) for part in parts] == [3, 2, 2]
    assert np.concatenate([part.labels for part in parts]).tolist() == whole.labels.tolist()
    got = np.concatenate([part.inputs(slice(None)).numpy() for part in parts])
    np.testing.assert_array_equal(got, whole.inputs(slice(None)).numpy())


def test_prepared_images_go_to_another_process_by_their_file(tmp_path):
    pixels = np.arange(3 * 16 * 16, dtype=np.uint16).reshape(3, 16, 16)
    (tmp_path / "images.bin").write_bytes(pixels.tobytes())
    mapped = np.memmap(tmp_path / "images.bin", np.uint16, "r").reshape(-1, 16, 16)
    sent = pickle.dumps(PreparedImages(mapped, np.array([2, 0]), ("a warning",)))
    arrived = pickle.loads(sent)  # noqa: S301 - our own
    assert len(sent) < pixels.nbytes
    assert isinstance(arrived.array, np.memmap)
    np.testing.assert_array_equal(arrived.array, pixels)
    assert (arrived.rows.tolist(), arrived.warnings) == ([2, 0], ("a warning",))
