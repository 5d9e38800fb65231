"""SqueezeNet's block gives the same bits whether it may work in place or not."""

from __future__ import annotations

import pytest
import torch

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


def test_every_parameter_learns():
    torch.manual_seed(0)
    block = Fire(8, 4, 6)
    block(torch.randn(2, 8, 9, 7)).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in block.parameters())
