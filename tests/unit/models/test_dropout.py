"""Dropout does what torch's does, with other random numbers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mammo.models import MODELS, HeadOptions
from mammo.models._dropout import Dropout


def _dropped(probability, inputs, seed=0):
    torch.manual_seed(seed)
    return Dropout(probability).train()(inputs)


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.8])
def test_values_are_dropped_with_the_probability_and_the_rest_scaled_up(probability):
    count = 1_000_003  # no multiple of the four values that share a random number
    outputs = _dropped(probability, torch.ones(count))
    kept = outputs != 0
    deviation = (probability * (1 - probability) / count) ** 0.5
    assert float(kept.float().mean()) == pytest.approx(1 - probability, abs=5 * deviation + 1 / 65536)
    torch.testing.assert_close(outputs[kept], torch.full_like(outputs[kept], 1 / (1 - probability)), rtol=1e-4, atol=0)


@pytest.mark.parametrize("distance", [1, 2, 3, 4])
def test_neighbours_are_dropped_independently_of_each_other(distance):
    kept = (_dropped(0.5, torch.ones(400_000)) != 0).double()
    both = float((kept[:-distance] * kept[distance:]).mean())
    assert both == pytest.approx(0.25, abs=5 * (0.25 * 0.75 / 400_000) ** 0.5)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_gradients_pass_where_values_do_and_the_layout_stays(layout):
    inputs = (1 + torch.rand(3, 5, 7, 9)).bfloat16().to(memory_format=layout).requires_grad_()  # none is 0 by itself
    outputs = _dropped(0.5, inputs)
    outputs.sum().backward()
    assert outputs.dtype == inputs.dtype
    assert outputs.is_contiguous(memory_format=layout)
    assert torch.equal(inputs.grad, 2.0 * (outputs != 0))
    assert torch.equal(outputs, inputs.detach() * inputs.grad)


def test_the_seed_decides():
    inputs = torch.ones(1000)
    assert torch.equal(_dropped(0.5, inputs), _dropped(0.5, inputs))
    assert not torch.equal(_dropped(0.5, inputs), _dropped(0.5, inputs, seed=1))


def test_nothing_is_dropped_outside_of_training_or_with_probability_0_and_all_with_1():
    inputs = torch.randn(100)
    assert torch.equal(Dropout(0.5).eval()(inputs), inputs)
    assert torch.equal(_dropped(0.0, inputs), inputs)
    assert not _dropped(1.0, inputs).any()


@pytest.mark.parametrize("name", [name for name in MODELS if name != "vgg16"])
def test_every_dropout_of_a_network_is_this_one(name):
    modules = MODELS[name].build(3, HeadOptions()).modules()
    assert {type(module) for module in modules if isinstance(module, nn.Dropout)} <= {Dropout}


@pytest.mark.parametrize(("name", "count"), [("alexnet", 2), ("squeezenet1_1", 1)])
def test_the_papers_networks_drop_out_one_half(name, count):
    modules = MODELS[name].build(3, HeadOptions()).modules()
    assert [module.p for module in modules if isinstance(module, Dropout)] == [0.5] * count
