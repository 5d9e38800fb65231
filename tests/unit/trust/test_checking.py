"""Maps of a network that knows its evidence pass; those of one with random weights never do."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from mammo.errors import ParameterError
from mammo.evaluation.evaluation import evaluate
from mammo.explanation import CAM_METHODS, CamMethod
from mammo.models import MODELS, HeadOptions
from mammo.trust.checking import (
    CheckedImages,
    Subject,
    center_map,
    check_heatmaps,
    rank_correlation,
    with_random_weights,
)
from mammo.trust.heatmap_trust import HeatmapTrust, model_doubt
from mammo.trust.road import road

SIZE, SQUARE_PX = 96, 16
SPEC = MODELS["small"]


def with_squares(count, generator):
    """Textured pictures (N, 3, SIZE, SIZE), every second one with a bright square; and where the squares are."""
    texture = torch.rand(count, 1, SIZE // 8, SIZE // 8, generator=generator)
    images = nn.functional.interpolate(texture, SIZE, mode="bilinear").repeat(1, 3, 1, 1)
    images += 0.2 * torch.rand(count, 1, SIZE, SIZE, generator=generator)
    squares = np.zeros((count, SIZE, SIZE), bool)
    corners = torch.randint(4, SIZE - SQUARE_PX - 4, (count, 2), generator=generator).tolist()
    for place, (row, column) in enumerate(corners):
        if place % 2:
            squares[place, row : row + SQUARE_PX, column : column + SQUARE_PX] = True
            images[place, :, squares[place]] += 1.5
    return images - images.mean(), squares


@pytest.fixture(scope="module")
def network():
    """Has learnt to tell pictures with a square."""
    torch.manual_seed(0)
    network = SPEC.build(2, HeadOptions())
    optimizer, generator = torch.optim.Adam(network.parameters(), lr=5e-3), torch.Generator().manual_seed(1)
    network.train()
    for _ in range(30):
        images, _ = with_squares(12, generator)
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(images), torch.arange(12) % 2).backward()
        optimizer.step()
    network.zero_grad()
    return network.eval()


@pytest.fixture(scope="module")
def images():
    """Sixteen pictures with a square, of as many women."""
    inputs, squares = with_squares(32, torch.Generator().manual_seed(2))
    return CheckedImages(
        inputs=inputs[1::2],
        targets=[1] * 16,
        patients=np.array([f"woman {number}" for number in range(16)]),
        breasts=[np.ones((SIZE, SIZE), bool)] * 16,
        lesions=list(squares[1::2]),
    )


def evaluation_of(network):
    """How well it tells forty pictures with and without a square."""
    inputs, _ = with_squares(40, torch.Generator().manual_seed(3))
    with torch.no_grad():
        probabilities = network(inputs).softmax(1).double().numpy()
    probabilities /= probabilities.sum(1, keepdims=True)
    return evaluate(np.arange(40) % 2, probabilities, [f"woman {number}" for number in range(40)], ("without", "with"))


def check(network, images, method=CAM_METHODS["grad_cam"], **options):
    return check_heatmaps(Subject(method, SPEC, network), images, **options)


@pytest.fixture(scope="module")
def trust(network, images):
    """What is found of the maps of a network that knows its evidence."""
    return check(network, images, model_doubt=model_doubt(evaluation_of(network)))


def test_maps_of_a_network_that_knows_its_evidence_pass_every_check(trust):
    assert trust.failures == ()
    assert trust.over_chance.low > 0.1
    assert trust.faithfulness.low > 0
    assert trust.repeated.value > 0.9
    assert (trust.images, trust.women, trust.outlined, trust.outlined_women) == (16, 16, 16, 16)


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 20))])
def test_maps_of_random_weights_are_flagged_each_time(network, images, seed):
    stranger = with_random_weights(network, 1000 + seed)
    assert check(stranger, images, seed=seed, model_doubt=model_doubt(evaluation_of(stranger))).failures


def test_a_method_that_looks_at_the_picture_alone_is_found_out(network, images):
    def brightness(_network, inputs, _labels):
        return inputs.mean(1) - inputs.amin()

    trust = check(network, images, CamMethod("bright", "Brightness", "nobody", input_map=brightness))
    assert trust.like_random_weights.value == pytest.approx(1)
    assert any("shows the picture, not what the model has learnt" in failure for failure in trust.failures)


def test_a_doubt_of_the_model_is_one_of_its_maps(network, images):
    doubt = "The model can't be told from chance."
    assert check(network, images, model_doubt=doubt).failures == (doubt,)


def test_without_outlines_nothing_is_said_of_lesions(network, images):
    bare = CheckedImages(images.inputs, images.targets, images.patients, images.breasts, [None] * 16)
    trust = check(network, bare)
    assert trust.over_chance.value is None
    assert trust.outlined == 0
    assert trust.failures == ()


def test_figures_survive_json(trust):
    assert HeatmapTrust.from_json(json.loads(json.dumps(trust.to_json()))) == trust


def test_equal_seeds_give_equal_figures_and_the_network_is_left_as_it_was(network, images, trust):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = torch.get_rng_state()
    assert check(network, images) == trust
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)


def test_nothing_to_check_is_said(network, images):
    with pytest.raises(ParameterError, match="1 image or more"):
        check(network, CheckedImages(images.inputs[:0], [], np.array([]), [], []))


def test_random_weights_are_others_with_each_seed_and_of_every_layer(network):
    stranger, other = with_random_weights(network, 0), with_random_weights(network, 1)
    for name, value in network.named_parameters():
        if value.ndim > 1:
            assert not torch.equal(value, stranger.get_parameter(name))
            assert not torch.equal(other.get_parameter(name), stranger.get_parameter(name))


def test_rank_correlation_is_spearmans_at_places_inside():
    rng = np.random.default_rng(0)
    one, other, inside = rng.random((60, 48)), rng.random((60, 48)), np.zeros((60, 48), bool)
    inside[6:50, :30] = True
    grid = np.zeros_like(inside)
    grid[3::6, 3::6] = True
    expected = spearmanr(one[inside & grid], other[inside & grid]).statistic
    assert rank_correlation(one, other, inside) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(rank_correlation(one, np.ones_like(one), inside))


def test_road_is_high_for_the_places_that_count_and_turns_with_the_map():
    class LeftBrightness(nn.Module):
        def forward(self, images):
            score = images[..., :24].mean((1, 2, 3)) * 20
            return torch.stack([-score, score], 1)

    image = torch.rand(1, 3, 48, 48) * 0.05
    image[..., 8:16, 4:12] = 1
    right_map = np.zeros((48, 48), np.float32)
    right_map[8:16, 4:12] = 1
    good, reverse, again = road(LeftBrightness(), image, 1, (right_map, -right_map, right_map * 7), seed=0)
    assert good > 0.1
    assert reverse < -0.1
    assert again == pytest.approx(good, abs=0.05)


def test_the_center_map_is_highest_in_the_middle_of_the_breast():
    breast = np.zeros((40, 60), bool)
    breast[10:31, 5:26] = True
    assert np.unravel_index(center_map(breast).argmax(), breast.shape) == (20, 15)
