"""Each method's formula, redone by hand on small arrays."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from mammo.explanation import CAM_METHODS, CamMethod
from mammo.explanation.eigen_cam import first_component
from mammo.explanation.grad_cam import mean_gradient
from mammo.explanation.grad_cam_pp import weighted_positive_gradient
from mammo.explanation.hires_cam import own_gradient
from mammo.explanation.integrated_gradients import pixel_shares
from mammo.explanation.layer_cam import own_positive_gradient
from mammo.explanation.occlusion import drop_of_evidence

ACTIVATIONS = torch.tensor([[[[1.0, 2.0], [0.0, 3.0]], [[0.0, 1.0], [1.0, 0.0]]]])  # (1, 2, 2, 2)
GRADIENTS = torch.tensor([[[[0.5, -0.5], [1.0, 1.0]], [[-4.0, 0.0], [-3.0, 2.0]]]])


def test_grad_cam_weighs_a_channel_by_its_mean_gradient():
    assert mean_gradient(ACTIVATIONS, GRADIENTS).tolist() == [[[[0.5]], [[-1.25]]]]


def test_hires_cam_weighs_each_place_by_its_gradient():
    assert torch.equal(own_gradient(ACTIVATIONS, GRADIENTS), GRADIENTS)


def test_layer_cam_weighs_each_place_by_its_positive_gradient():
    expected = [[[[0.5, 0.0], [1.0, 1.0]], [[0.0, 0.0], [0.0, 2.0]]]]
    assert own_positive_gradient(ACTIVATIONS, GRADIENTS).tolist() == expected


def test_grad_cam_pp_follows_the_papers_equations():
    a, g = ACTIVATIONS.double(), GRADIENTS.double()
    sums = a.sum((2, 3), keepdim=True)
    alpha = torch.where(g == 0, torch.zeros_like(g), g**2 / (2 * g**2 + sums * g**3))
    expected = (alpha * g.clamp(min=0)).sum((2, 3), keepdim=True)
    torch.testing.assert_close(weighted_positive_gradient(a, g), expected, rtol=1e-12, atol=0)
    assert expected[0, 0].item() == pytest.approx(0.5 / (2 + 6 * 0.5) + 2 * 1 / (2 + 6))


@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_grad_cam_pp_stays_finite_for_tiny_and_huge_gradients_and_negative_activations(scale):
    weights = weighted_positive_gradient(-ACTIVATIONS, GRADIENTS * scale)
    torch.testing.assert_close(weights, (GRADIENTS * scale).clamp(min=0).sum((2, 3), keepdim=True) / 2)


def test_eigen_cam_finds_the_place_where_the_channels_move_together():
    pattern = np.zeros((4, 5), np.float32)
    pattern[1, 3] = 1
    activations = torch.from_numpy(np.array([1.0, -2.0, 2.0], np.float32)[:, None, None] * pattern)[None]
    expected = 3 * (pattern - pattern.mean())  # the length of (1, -2, 2), centered
    np.testing.assert_allclose(first_component(activations)[0].numpy(), expected, atol=1e-5)
    np.testing.assert_allclose(first_component(-activations)[0].numpy(), expected, atol=1e-5)


def test_a_method_gives_one_of_the_functions():
    with pytest.raises(ValueError, match="needs one function, not"):
        CamMethod(name="both", label="", source="", channel_weights=own_gradient, activation_map=first_component)
    with pytest.raises(ValueError, match="'neither'"):
        CamMethod(name="neither", label="", source="")


def test_only_eigen_cam_has_no_class():
    assert [name for name, method in CAM_METHODS.items() if not method.is_class_specific] == ["eigen_cam"]


def test_integrated_gradients_add_up_to_what_the_picture_says_beyond_air():
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.Tanh(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    ).eval()
    inputs = torch.rand(2, 3, 20, 16)
    labels = torch.tensor([2, 0])
    shares = pixel_shares(network, inputs, labels)
    air = inputs.amin(dim=(2, 3), keepdim=True).expand_as(inputs)
    with torch.no_grad():
        difference = (network(inputs) - network(air)).gather(1, labels[:, None])[:, 0]
    torch.testing.assert_close(shares.sum((1, 2)), difference, rtol=1e-3, atol=1e-4)


def test_integrated_gradients_of_a_linear_network_are_its_weights_times_what_is_above_air():
    network = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 2, bias=False)).eval()
    inputs = torch.rand(1, 3, 8, 8)
    expected = (network[1].weight[1].reshape(3, 8, 8) * (inputs[0] - inputs[0].amin((1, 2), keepdim=True))).sum(0)
    torch.testing.assert_close(pixel_shares(network, inputs, torch.tensor([1]))[0], expected.detach())


def test_occlusion_is_the_drop_of_the_logit_meant_over_the_patches_that_cover_a_pixel():
    class Sum(nn.Module):
        def forward(self, images):
            return torch.stack([images.sum((1, 2, 3)), -images.sum((1, 2, 3))], 1)

    image = torch.rand(1, 3, 21, 14) + 1  # patches of 2 pixels, 1 apart
    above = (image[0] - image[0].mean((1, 2), keepdim=True)).sum(0)
    drawn = drop_of_evidence(Sum(), image, torch.tensor([0]))[0]
    for row, column in [(0, 0), (5, 5), (20, 13), (0, 7)]:
        tops = [top for top in range(20) if top <= row < top + 2]
        lefts = [left for left in range(13) if left <= column < left + 2]
        drops = [above[top : top + 2, left : left + 2].sum() for top in tops for left in lefts]
        assert float(drawn[row, column]) == pytest.approx(float(sum(drops) / len(drops)), abs=1e-3)
