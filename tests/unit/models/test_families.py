"""Our chains against torchvision's own networks, and what only one family has."""

from __future__ import annotations

import pytest
import torch
import torchvision.models

from mammo.errors import ExplanationError
from mammo.models import MODELS, HeadOptions
from mammo.models.densenet import without_inner_dot

TORCHVISION_NAMES = {name: name for name in MODELS if name != "small"} | {"mobilenet_v3": "mobilenet_v3_large"}


@pytest.mark.parametrize(
    "ours", [pytest.param(name, marks=[pytest.mark.slow] * (name == "vgg16")) for name in TORCHVISION_NAMES]
)
def test_with_torchvisions_weights_the_answers_are_torchvisions(ours):
    torch.manual_seed(0)
    reference = torchvision.models.get_model(TORCHVISION_NAMES[ours], num_classes=5).eval()
    network = MODELS[ours].build(5, HeadOptions()).eval()
    network.load_state_dict(reference.state_dict(), strict=True)
    inputs = torch.rand(1, 3, 75, 91)
    with torch.no_grad():
        torch.testing.assert_close(network(inputs), reference(inputs), rtol=0, atol=0)


@pytest.mark.parametrize("name", ["alexnet", "squeezenet1_0", "squeezenet1_1"])
def test_the_papers_networks_learn_as_torchvisions_though_they_pool_before_the_relu(name):
    torch.manual_seed(0)
    reference = torchvision.models.get_model(name, num_classes=5).eval()
    network = MODELS[name].build(5, HeadOptions()).eval()
    network.load_state_dict(reference.state_dict(), strict=True)
    inputs = torch.rand(2, 3, 99, 91).round(decimals=1)
    inputs[:, :, :, 40:] = 0  # air: many windows whose largest value comes several times, or is negative
    for one in (network, reference):
        torch.nn.functional.cross_entropy(one(inputs), torch.tensor([1, 3])).backward()
    expected = {key: parameter.grad for key, parameter in reference.named_parameters()}
    for key, parameter in network.named_parameters():
        assert parameter.grad.any(), key
        torch.testing.assert_close(parameter.grad, expected[key], rtol=0, atol=0, msg=key)


@pytest.mark.parametrize(("ours", "theirs"), TORCHVISION_NAMES.items(), ids=TORCHVISION_NAMES)
def test_the_weights_named_are_those_that_torchvision_publishes(ours, theirs):
    published = [weights.url for weights in torchvision.models.get_model_weights(theirs)]
    assert MODELS[ours].weights.url in published


@pytest.mark.parametrize("name", ["squeezenet1_0", "squeezenet1_1"])
def test_squeezenet_keeps_the_relu_behind_conv10_only_if_asked(name):
    torch.manual_seed(0)
    inputs = torch.rand(4, 3, 64, 64)
    with torch.no_grad():
        with_relu = MODELS[name].build(6, HeadOptions(relu=True)).eval()
        without_relu = MODELS[name].build(6, HeadOptions(relu=False)).eval()
        without_relu.load_state_dict(with_relu.state_dict())
        assert float(with_relu(inputs).min()) >= 0
        assert float(without_relu(inputs).min()) < 0


def test_a_torchvision_head_of_squeezenet_is_normal_with_deviation_one_hundredth():
    weight = MODELS["squeezenet1_1"].build(100, HeadOptions(init="torchvision")).get_parameter("classifier.1.weight")
    weight = weight.detach()
    assert float(weight.std()) == pytest.approx(0.01, rel=0.03)
    assert float(weight.abs().max()) > 0.03  # a uniform one of this deviation would end at 0.017


def test_a_cut_behind_a_block_is_the_cut_behind_its_last_link():
    spec = MODELS["resnet18"]
    network = spec.build(2, HeadOptions()).eval()
    inputs = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(spec.split(network, "layer4")[0](inputs), spec.split(network, "layer4.1")[0](inputs))


@pytest.mark.parametrize("layer", ["layer9", "", "layer4.1.conv2"], ids=["unknown", "empty", "inside a block"])
def test_a_cut_elsewhere_is_refused_and_the_possible_ones_named(layer):
    spec = MODELS["resnet18"]
    with pytest.raises(ExplanationError, match=r"can't be cut behind .*layer3\.0, layer3\.1, layer4\.0") as caught:
        spec.split(spec.build(2, HeadOptions()), layer)
    assert repr(layer) in str(caught.value)


def test_keys_of_the_published_densenet_file_become_todays():
    old = "features.denseblock1.denselayer2.norm.1.running_mean"
    assert without_inner_dot(old) == "features.denseblock1.denselayer2.norm1.running_mean"
    today = MODELS["densenet121"].build(2, HeadOptions()).state_dict()
    assert all(without_inner_dot(key) == key for key in today)


def test_small_learns_to_tell_a_spot_from_none():
    torch.manual_seed(0)
    network = MODELS["small"].build(2, HeadOptions()).train()
    images, labels = torch.rand(16, 3, 64, 64) * 0.2, torch.arange(16) % 2
    images[labels == 1, :, 20:28, 30:38] += 0.8
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(15):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(images), labels).backward()
        optimizer.step()
    assert torch.equal(network(images).argmax(1), labels)
