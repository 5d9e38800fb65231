"""Counts of networks, against networks that are really there."""

import pytest
import torch

from mammo.models import MODELS, HeadOptions
from mammo.training.network_size import NetworkShape, network_size, network_sizes_by_child


@pytest.mark.parametrize("name", ["small", "squeezenet1_1", "resnet18"])
def test_parameters_are_those_of_the_network_that_is_built(name):
    network = MODELS[name].build(4, HeadOptions())
    size = network_size(NetworkShape(name, 96, 4, head_relu=True))
    assert size.parameters == sum(parameter.numel() for parameter in network.parameters())
    head = network.get_submodule(MODELS[name].head)
    assert size.head_parameters == sum(parameter.numel() for parameter in head.parameters())


def test_operations_of_the_small_network_are_those_of_its_layers_counted_by_hand():
    network = MODELS["small"].build(3, HeadOptions()).eval()
    multiplied = 0

    def count(layer, _inputs, output):
        nonlocal multiplied
        kernel = layer.weight[0].numel()  # multiplications for one number of the output
        multiplied += kernel * output[0].numel()

    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            module.register_forward_hook(count)
    network(torch.zeros(1, 3, 128, 128))
    assert network_size(NetworkShape("small", 128, 3, head_relu=True)).operations == 3 * 2 * multiplied


@pytest.mark.slow
def test_a_child_counts_the_same():
    shapes = [NetworkShape("small", 128, 3, head_relu=True), NetworkShape("alexnet", 227, 2, head_relu=False)]
    assert network_sizes_by_child(shapes) == {shape: network_size(shape) for shape in shapes}
