"""The GPU's way of training, carried out on the CPU's tensors; only the recording of a graph needs a GPU."""

import gc
import re
import weakref
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from mammo.augmentation.policy import POLICIES
from mammo.augmentation.warp import warp
from mammo.errors import TrainingError
from mammo.models import MODELS
from mammo.training import feeding
from mammo.training.checkpoint import CheckpointShelf
from mammo.training.config import TrainingConfig
from mammo.training.device_warp import gray_levels, sampling_maps, stored_tensor, warped
from mammo.training.engine import Engine, engine_for
from mammo.training.feeding import DeviceFeed, HostFeed
from mammo.training.fit import fit
from mammo.training.row_sources import ResidentRows, StreamedRows, _Lanes
from tests.unit.training.short_fits import CPU, ON_DEVICE, RECORDED, SIZE, apart, films, parts_of

SPEC = MODELS["small"]


@pytest.fixture
def config():
    values = {"model": SPEC.name, "weights": "none", "image_size": SIZE, "epochs": 3, "batch_size": 4, "threads": 1}
    augmented = {"optimizer": "adam", "schedule": "one_cycle", "augmentation": "paper", "checkpoint_every": 2}
    return TrainingConfig.of({**values, **augmented})


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_it_moves_pixels_as_the_cpu_does_within_a_grey_level_in_the_mean(policy, dtype, config):
    data, wanted = films(12, dtype), config.with_values({"augmentation": policy.name})
    on_host = HostFeed(wanted, parts_of(data, SPEC))
    on_device = DeviceFeed(wanted, parts_of(data, SPEC), ON_DEVICE)
    level = 1 / 255 / SPEC.std[0]
    for epoch, number in [(0, 0), (0, 2), (1, 1)]:
        host, device = (feed.batch(epoch, number) for feed in (on_host, on_device))
        difference = (host.inputs(slice(0, 4)) - device.inputs(slice(0, 4)))[:, 0].abs()
        assert float(difference.mean()) < level
        assert host.labels.tolist() == device.labels.tolist() == device.classes(slice(0, 4)).tolist()
        assert device.inputs(slice(0, 4)).is_contiguous(memory_format=torch.channels_last)


def test_a_turned_film_lies_where_opencv_lays_it():
    film = films(1).images.array[0]
    shift = np.array([[0.0, -1, 7], [1, 0, -5], [0, 0, 1]])  # a quarter turn and whole pixels: nothing to round
    moved = warped(gray_levels(stored_tensor(film[None])), torch.from_numpy(sampling_maps(shift[None], SIZE)))
    np.testing.assert_allclose(moved[0].numpy(), warp(film, shift), atol=0.01)


def test_sixteen_bits_keep_their_upper_half():
    levels = np.array([[0, 1, 32767, 32768, 65535]], np.uint16)
    assert gray_levels(stored_tensor(levels)).tolist() == levels.tolist()


def test_squares_of_a_film_take_turns_by_epoch(config):
    data = films(4, turns=np.array([[0, 1, 2, 3], [0, 1, 4, 5]]))
    plain = config.with_values({"augmentation": "none"})
    feed = DeviceFeed(plain, parts_of(data, SPEC), ON_DEVICE)
    for epoch in range(3):
        stored, order = feed.batch(epoch, 0).parts[0].numpy(), feeding.epoch_batches(data.labels, plain, epoch)[0]
        np.testing.assert_array_equal(stored, [data.image(position, epoch) for position in order])


def test_without_augmentation_it_learns_what_the_cpu_learns(train, config):
    plain = config.with_values({"augmentation": "none"})
    usual, here = train(plain, engine_for(CPU), folder="usual"), train(plain, ON_DEVICE, folder="here")
    assert apart(usual, here) < 1e-4
    assert usual.numbers.keys() == here.numbers.keys()
    assert usual.numbers == pytest.approx(here.numbers, abs=1e-3)


OTHERS = [{}, {"optimizer": "sgdm"}, {"frozen": True}, {"class_weights": "balanced"}]


@pytest.mark.parametrize("values", OTHERS, ids=str)
def test_a_recorded_step_learns_what_an_ordinary_one_learns(train, config, values):
    wanted = config.with_values(values)
    usual, recorded = train(wanted, ON_DEVICE, folder="usual"), train(wanted, RECORDED, folder="recorded")
    assert apart(usual, recorded) < 1e-5
    assert usual.numbers == pytest.approx(recorded.numbers, abs=1e-4)


@pytest.mark.parametrize(("engine", "step"), [(ON_DEVICE, 4), (RECORDED, 5)], ids=["ordinary", "recorded"])
@pytest.mark.slow
def test_a_paused_training_goes_on_bit_for_bit(train, config, engine, step):
    config = config.with_values({"model": "squeezenet1_1"})  # it drops out, at random
    undisturbed = train(config, engine, folder="undisturbed")
    first = train(config, engine, stop_at=step)
    second = train(config, engine)
    assert not first.result.completed
    assert apart(second, undisturbed) == 0
    assert first.numbers | second.numbers == undisturbed.numbers


def test_images_that_do_not_fit_are_streamed_with_the_same_result(train, config):
    streamed = replace(ON_DEVICE, share_of_memory=0.0)
    assert isinstance(DeviceFeed(config, parts_of(films(14), SPEC), streamed)._source, StreamedRows)
    assert isinstance(DeviceFeed(config, parts_of(films(14), SPEC), ON_DEVICE)._source, ResidentRows)
    assert apart(train(config, streamed, folder="streamed"), train(config, ON_DEVICE)) == 0


def test_streamed_rows_come_in_any_order():
    array = np.arange(60, dtype=np.uint8).reshape(20, 3)
    source = StreamedRows(array, CPU)
    for _ in range(2):
        source.open_epoch(batches := [np.array([4, 1]), np.array([7]), np.array([0, 19]), np.array([3, 3])])
        for number in (2, 3, 0, 1, 3):
            assert source.take(number).tolist() == array[batches[number]].tolist()


class _Lane:
    """Stands for streams and events of a GPU; an event knows how many batches were computed when it was recorded."""

    computed, waited = 0, -1

    def __init__(self, *_device):
        self.at = 0

    def record(self, _stream):
        self.at = _Lane.computed

    def wait_event(self, event):
        _Lane.waited = max(_Lane.waited, event.at)


def test_a_batch_in_the_same_slot_as_the_one_before_waits_until_that_one_is_used(monkeypatch):
    monkeypatch.setattr(torch.cuda, "Event", _Lane)
    monkeypatch.setattr(torch.cuda, "Stream", _Lane)
    monkeypatch.setattr(torch.cuda, "current_stream", _Lane)
    monkeypatch.setattr(torch.cuda, "stream", nullcontext)
    lanes = _Lanes(CPU)
    for slot, used_before in [(0, 0), (1, 0), (0, 1), (0, 3), (1, 3)]:  # three batches, then an epoch anew
        lanes.copy(torch.empty(1), torch.zeros(1), slot)
        assert _Lane.waited >= used_before
        _Lane.computed += 1


@pytest.mark.parametrize("values", [{}, {"frozen": True, "cached_features": 2}], ids=str)
def test_when_a_training_has_ended_nothing_holds_its_network(train, config, monkeypatch, values):
    held = []

    def watched(config, parts, shelf, listener):
        held.append(weakref.ref(parts.model))
        return fit(config, parts, shelf, listener)

    monkeypatch.setattr("tests.unit.training.short_fits.fit", watched)
    gc.disable()
    train(config.with_values(values), RECORDED)
    gc.enable()
    assert held[0]() is None


def test_an_incomplete_last_batch_is_taken_as_usual(train, config):
    rest = config.with_values({"drop_last": False})
    usual, recorded = train(rest, ON_DEVICE, folder="usual"), train(rest, RECORDED, folder="recorded")
    assert usual.result.step == recorded.result.step == 12
    assert apart(usual, recorded) < 1e-5


def test_a_batch_too_large_for_the_memory_is_added_up_over_parts(train, config, monkeypatch):
    make = feeding.DeviceInput.__call__

    def of_small_memory(self, stored, maps=None):
        if len(stored) == 4:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return make(self, stored, maps)

    monkeypatch.setattr(feeding.DeviceInput, "__call__", of_small_memory)
    notes = train(config, RECORDED, data=films(12)).result.notes
    assert any("over 2 parts. The effective batch is 4" in note for note in notes)


def test_a_step_that_cannot_be_recorded_is_taken_as_usual_and_said(train, config):
    def refuse(_work):
        raise RuntimeError("operation not permitted when stream is capturing\nmore")

    hindered = train(config, replace(ON_DEVICE, record=refuse), folder="hindered")
    assert any(note.endswith("operation not permitted when stream is capturing") for note in hindered.result.notes)
    assert apart(hindered, train(config, ON_DEVICE)) < 1e-5


WILD = {
    "model": "squeezenet1_1",
    "optimizer": "sgdm",
    "learning_rate": 1.0,
    "head_learning_rate_factor": 1000.0,
    "epochs": 9,
}


def test_a_loss_that_is_not_finite_is_told_with_its_step_however_late_it_is_read(train, config):
    sentences = []
    for every in (1, 50):
        with pytest.raises(TrainingError, match="The loss became nan") as raised:
            train(config.with_values(WILD), replace(ON_DEVICE, losses_every=every), folder=f"read-{every}")
        sentences.append(str(raised.value))
    assert sentences[0] == sentences[1]


def test_no_checkpoint_holds_what_lies_behind_a_bad_step(train, config, tmp_path):
    with pytest.raises(TrainingError) as raised:
        train(config.with_values({**WILD, "checkpoint_every": 1, "selection": "best"}), ON_DEVICE)
    bad = int(re.search(r"step (\d+)", str(raised.value))[1])
    kept, _ = CheckpointShelf(tmp_path / "checkpoints").latest()
    assert kept.facts["step"] == bad - 1
    assert kept.facts["progress"]["step"] == bad - 1


def test_where_epochs_take_no_time_reports_and_checkpoints_are_rare(train, config, tmp_path):
    timed = config.with_values({"checkpoint_every": 0})
    rare = replace(ON_DEVICE, seconds_between_reports=1e6, seconds_between_checkpoints=1e6)
    usual, seldom = train(timed, ON_DEVICE, folder="usual"), train(timed, rare, folder="seldom")
    assert usual.numbers == seldom.numbers
    assert seldom.reports == 1 < timed.epochs < usual.reports
    assert len(list((tmp_path / "usual").glob("step-*"))) > 0
    assert not (tmp_path / "seldom").exists()


class Readings(TorchDispatchMode):
    """Counts what makes the host wait for a device: a number that is read from a tensor."""

    count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += function is torch.ops.aten._local_scalar_dense.default
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("engine", [ON_DEVICE, RECORDED], ids=["ordinary", "recorded"])
def test_no_number_is_read_from_the_device_inside_an_epoch(train, config, engine):
    quiet = config.with_values({"epochs": 1, "checkpoint_every": 10_000, "class_weights": "balanced"})
    counts = {}
    for steps in (2, 6):
        with Readings() as readings:
            train(quiet, engine, folder=f"quiet-{steps}", data=films(4 * steps))
        counts[steps] = readings.count
    assert counts[2] == counts[6]
    with Readings() as readings:
        train(quiet, Engine(on_device=False, losses_every=1), folder="asking", data=films(24))
    assert readings.count >= counts[6]
