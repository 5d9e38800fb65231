"""SqueezeNet's block gives the same bits whether it may work in place or not."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mammo.models._fire import Fire


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_the_answer_is_the_same_with_and_without_gradients_and_leaves_the_input_as_it_was(precision):
    torch.manual_seed(0)
    block = Fire(8, 4, 6).to(precision)
    inputs = torch.randn(2, 8, 9, 7, dtype=precision).to(memory_format=torch.channels_last)
    kept = inputs.clone()
    with_gradients = block(inputs)
    with torch.no_grad():
        without = block(inputs)
    assert with_gradients.shape == (2, 12, 9, 7)
    assert torch.equal(without, with_gradients)
    assert (without == 0).any()
    assert torch.equal(inputs, kept)


def test_pooling_inside_is_pooling_behind_for_values_and_gradients():
    torch.manual_seed(0)
    pooling = nn.MaxPool2d(3, stride=2, ceil_mode=True)
    inside, plain = Fire(8, 4, 6, pooling), Fire(8, 4, 6)
    inside.load_state_dict(plain.state_dict())
    inputs = torch.randn(2, 8, 10, 8).round(decimals=1)
    inputs[:, :, 5:] = 0  # windows whose largest value comes several times
    answers = [inside(inputs), pooling(plain(inputs))]
    assert answers[0].shape == (2, 12, 5, 4)
    assert torch.equal(*answers)
    for answer in answers:
        answer.square().sum().backward()
    for one, other in zip(inside.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=0, atol=0)


def test_every_parameter_learns():
    torch.manual_seed(0)
    block = Fire(8, 4, 6)
    block(torch.randn(2, 8, 9, 7)).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in block.parameters())
