"""What every class activation map method promises, on a network whose evidence is known."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from mammo.errors import ExplanationError
from mammo.explanation import CAM_METHODS
from mammo.explanation.explaining import explain, is_blank, normalized
from mammo.models import MODELS

SPEC = replace(MODELS["small"], cam_layers=("features",), min_input_size=8)
BRIGHT = 1  # the class for which bright places speak; class 0 is moved by nothing


def bright_place_network():
    """Brightness above one half is the evidence for class 1, everywhere alike; a second channel feels dark places."""
    features = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(), nn.AvgPool2d(4))
    network = nn.Sequential(
        OrderedDict(
            features=features,
            pool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            classifier=nn.Linear(2, 2, bias=False),
        )
    )
    with torch.no_grad():
        features[0].weight.copy_(torch.tensor([1 / 3, -1 / 3])[:, None, None, None].expand(2, 3, 1, 1))
        features[0].bias.copy_(torch.tensor([-0.5, 0.1]))
        network.classifier.weight.copy_(torch.tensor([[0.0, 0.0], [1.0, 0.0]]))
    return network.eval()


def image_with_bright_square():
    image = torch.full((1, 3, 32, 48), 0.2)
    image[:, :, 8:16, 28:36] = 0.9
    return image


@pytest.fixture(params=list(CAM_METHODS))
def method(request):
    return CAM_METHODS[request.param]


@pytest.fixture
def network():
    return bright_place_network()


def test_points_at_the_evidence(method, network):
    heatmap = explain(method, SPEC, network, image_with_bright_square(), [BRIGHT]).heatmaps[0]
    row, column = np.unravel_index(heatmap.argmax(), heatmap.shape)
    assert 8 <= row < 16
    assert 28 <= column < 36
    assert heatmap[20:, :24].max() < 0.01 * heatmap.max()


def test_gives_raw_maps_of_the_images_size_and_the_answers(method, network):
    explanation = explain(method, SPEC, network, image_with_bright_square().repeat(2, 1, 1, 1), [BRIGHT, BRIGHT])
    assert explanation.heatmaps.shape == (2, 32, 48)
    assert explanation.heatmaps.dtype == np.float32
    assert explanation.heatmaps.min() >= 0
    evidence = 0.4 * 64 / (32 * 48)
    np.testing.assert_allclose(explanation.logits, [[0, evidence]] * 2, atol=1e-6)
    np.testing.assert_allclose(explanation.explained_logits, [evidence] * 2, atol=1e-6)
    assert explanation.explained_labels.tolist() == [BRIGHT, BRIGHT]


@pytest.mark.parametrize("name", [name for name, method in CAM_METHODS.items() if method.is_class_specific])
def test_is_blank_for_a_class_that_nothing_speaks_for(name, network):  # B67
    heatmap = explain(CAM_METHODS[name], SPEC, network, image_with_bright_square(), [0]).heatmaps[0]
    assert not heatmap.any()
    assert is_blank(heatmap)


def test_a_constant_image_gives_no_misleading_color(method, network):  # B67
    heatmap = explain(method, SPEC, network, torch.full((1, 3, 32, 32), 0.9), [BRIGHT]).heatmaps[0]
    assert not normalized(heatmap).any()


def test_each_image_of_a_batch_is_explained_as_if_alone(method, network):
    torch.manual_seed(0)
    images = torch.rand(3, 3, 16, 16)
    together = explain(method, SPEC, network, images, [1, 0, 1]).heatmaps
    alone = [explain(method, SPEC, network, images[i : i + 1], [[1, 0, 1][i]]).heatmaps[0] for i in range(3)]
    np.testing.assert_allclose(together, alone, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("frozen", [True, False], ids=["frozen", "trainable"])
def test_leaves_the_model_and_the_image_as_they_were(method, network, frozen):
    network.requires_grad_(not frozen)
    image = image_with_bright_square()
    weights = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    explain(method, SPEC, network, image, [BRIGHT])
    assert all(torch.equal(tensor, weights[key]) for key, tensor in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())
    assert all(parameter.requires_grad is not frozen for parameter in network.parameters())
    assert not any(
        m.training or m._forward_hooks or m._backward_hooks or m._forward_pre_hooks for m in network.modules()
    )
    assert torch.equal(image, image_with_bright_square())
    assert not image.requires_grad


def test_a_model_that_answers_with_nan_is_refused(method, network):  # B67
    with torch.no_grad():
        network.features[0].bias.fill_(float("nan"))
    with pytest.raises(ExplanationError, match="image 1: the model answers with values that are not numbers"):
        explain(method, SPEC, network, image_with_bright_square(), [BRIGHT])


def test_names_its_source(method):
    assert method.label
    assert method.source
