"""How steady answers are: planted networks that look at gray, at a place, or at nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mammo.models import MODELS, HeadOptions
from mammo.stability import CONTRAST, MIRRORED, MOVES, Change, changes_for, stability_of, steadiness
from mammo.training.config import TrainingConfig
from mammo.training.model_folder import TrainedModel
from mammo.training.preparation import pipeline_of


class Planted(torch.nn.Module):
    """A network whose logit for the second class is what ``look`` finds in each picture, in units of its input."""

    def __init__(self, look):
        super().__init__()
        self.look = look

    def forward(self, inputs):
        seen = self.look(inputs[:, 0])
        return torch.stack([torch.zeros_like(seen), seen], dim=1)


def model_of(look, augmentation="gentle"):
    config = TrainingConfig.of({"model": "small", "weights": "none", "image_size": 64, "augmentation": augmentation})
    pipeline = replace(pipeline_of(config, MODELS["small"]), mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    return TrainedModel(MODELS["small"], Planted(look).eval(), ("normal", "benign"), pipeline, config, "00")


@pytest.fixture
def picture():
    """A gray square with a brighter half."""
    stored = np.full((64, 64), 120, np.uint8)
    stored[:, 32:] = 140
    return stored


def test_a_network_that_looks_at_nothing_is_steady(picture):
    (found,) = stability_of([model_of(lambda x: x.mean((1, 2)) * 0 - 1)], [picture])
    assert (found.changed, found.spread, found.turned_by) == (0, 0, ())
    assert found.lowest == found.highest == pytest.approx(1 / (1 + np.exp(-1)))
    assert "stays the same under all 15" in str(found)


def test_a_network_at_the_edge_of_brightness_is_turned_by_what_is_brighter(picture):
    limit = float(picture.mean()) / 255 + 0.004
    (found,) = stability_of([model_of(lambda x: 1000 * (x[:, 8:-8, 8:-8].mean((1, 2)) - limit))], [picture])
    brighter = {change.words for change in CONTRAST if change.apply(picture).mean() > picture.mean() + 1.1}
    assert brighter <= set(found.turned_by)
    assert not set(found.turned_by) & {"a little darker", "dark tissue lowered", "turned left", "smaller"}
    assert found.changed == len(found.turned_by) / 15
    assert found.lowest < 0.5 < found.highest


def test_only_a_model_that_learnt_mirrored_pictures_is_asked_for_them(picture):
    def left_over_right(x):
        return 100 * (x[:, :, :32].mean((1, 2)) - x[:, :, 32:].mean((1, 2)))

    (found,) = stability_of([model_of(left_over_right)], [picture])
    assert "mirrored" in found.turned_by
    upright = model_of(left_over_right, augmentation="none")
    assert changes_for(upright) == CONTRAST + MOVES
    assert stability_of([upright], [picture])[0].changed == 0


def test_several_models_answer_with_their_mean(picture):
    sure, doubting = model_of(lambda x: x.mean((1, 2)) * 0 + 3), model_of(lambda x: x.mean((1, 2)) * 0 - 1)
    (found,) = stability_of([sure, doubting], [picture])
    expected = (1 / (1 + np.exp(-3)) + 1 / (1 + np.exp(1))) / 2
    assert found.highest == pytest.approx(expected, abs=1e-6)


def test_shares_and_spread_are_those_of_the_changed_pictures():
    answers = np.array([[0.6, 0.4], [0.3, 0.7], [0.8, 0.2], [0.6, 0.4]])
    found = steadiness(answers, MOVES[:3])
    assert found.changed == pytest.approx(1 / 3)
    assert found.spread == pytest.approx(np.std([0.3, 0.8, 0.6]))
    assert (found.lowest, found.highest, found.turned_by) == (0.3, 0.8, ("turned left",))


def test_sixteen_bits_stay_sixteen_bits_and_no_change_is_none():
    stored = np.random.default_rng(0).integers(0, 65536, (32, 32), dtype=np.uint16)
    assert (Change("none").apply(stored) == stored).all()
    assert all(change.apply(stored).dtype == np.uint16 for change in CONTRAST + MOVES)
    assert (MIRRORED.apply(stored) == stored[:, ::-1]).all()


def test_contrast_is_stretched_between_black_and_white():
    stored = np.array([[0, 51], [102, 255]], np.uint8)
    assert Change("", black=0.2, white=0.6).apply(stored).tolist() == [[0, 0], [128, 255]]
    assert Change("", gamma=2).apply(stored).tolist() == [[0, 10], [41, 255]]


def test_a_real_network_gives_finite_figures(picture):
    config = TrainingConfig.of({"model": "small", "weights": "none", "image_size": 64})
    torch.manual_seed(0)
    network = MODELS["small"].build(3, HeadOptions()).eval()
    names = ("normal", "benign", "malignant")
    model = TrainedModel(MODELS["small"], network, names, pipeline_of(config, MODELS["small"]), config, "00")
    (found,) = stability_of([model], [picture])
    assert 0 <= found.changed <= 1
    assert found.lowest <= found.highest
