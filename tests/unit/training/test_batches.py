import numpy as np
import pytest
import torch

from mammo.augmentation.policy import Policy
from mammo.training.batches import LabelledImages, augmented, batches_per_epoch, epoch_batches, plain, to_input
from mammo.training.config import TrainingConfig
from mammo.training.prepared import PreparedImages


@pytest.mark.parametrize(
    ("count", "drop_last", "steps"),
    [(6972, True, 54), (6972, False, 55), (129, False, 1), (5, True, 1), (128, True, 1)],
)
def test_steps_of_an_epoch(count, drop_last, steps):
    assert batches_per_epoch(count, 128, drop_last=drop_last) == steps


def test_an_epoch_takes_each_image_once_in_an_order_of_its_own():
    config = TrainingConfig.of({"batch_size": 4, "drop_last": False})
    labels = np.zeros(10, np.int64)
    first, second = (np.concatenate(epoch_batches(labels, config, epoch)) for epoch in (0, 1))
    assert sorted(first) == sorted(second) == list(range(10))
    assert list(first) != list(second)
    np.testing.assert_array_equal(first, np.concatenate(epoch_batches(labels, config, 0)))


def test_balanced_sampling_draws_each_class_alike():
    config = TrainingConfig.of({"batch_size": 100, "sampling": "balanced"})
    labels = np.array([0] * 900 + [1] * 100)
    drawn = np.concatenate(epoch_batches(labels, config, 0))
    assert 0.45 < labels[drawn].mean() < 0.55


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_models_input_is_normalized_gray_in_three_channels(dtype):
    top = np.iinfo(dtype).max
    batch = np.array([[[0, top], [top // 3, top]]], dtype)
    tensor = to_input(batch, (0.5, 0.4, 0.3), (0.2, 0.25, 0.5))
    expected = (batch[0] / top - 0.4) / 0.25
    np.testing.assert_allclose(tensor[0, 1].numpy(), expected, atol=1e-6)
    assert tensor.shape == (1, 3, 2, 2)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_an_input_made_in_less_precision_is_the_usual_one_rounded(dtype):
    batch = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (2, 8, 8), dtype, endpoint=True)
    batch.flags.writeable = False  # as a mapped array is
    usual, rounded = (
        to_input(batch, (0.5, 0.4, 0.3), (0.2, 0.25, 0.5), "cpu", kind) for kind in (None, torch.bfloat16)
    )
    assert rounded.dtype == torch.bfloat16
    assert rounded.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(rounded, usual.bfloat16())


def test_images_of_one_item_take_turns_by_epoch_and_the_first_is_tested_on():
    shades = np.repeat(np.arange(5, dtype=np.uint8), 4).reshape(5, 2, 2)
    images = PreparedImages(shades, np.arange(5), ())
    data = LabelledImages(images, np.array([1, 0]), ("lesion", "normal"), np.array([[0, 1], [0, 2], [0, 3]]))
    chosen = np.array([0, 1])

    def shown(epoch):
        return augmented(data, chosen, Policy.of("none"), seed=0, epoch=epoch)[:, 0, 0].tolist()

    assert [shown(epoch) for epoch in range(4)] == [[0, 1], [0, 2], [0, 3], [0, 1]]
    assert plain(data, 0, 2)[:, 0, 0].tolist() == [0, 1]
    assert len(data) == 2
