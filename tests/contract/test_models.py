"""What every family of networks promises; a new one is tested by being registered."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mammo.models import MODELS, HeadOptions, split_before
from mammo.training.config import TrainingConfig
from mammo.training.fine_tuning import trainable_groups

CLASS_COUNT = 4
PUBLISHED = {  # what enters the last layer of each
    "alexnet": 4096,
    "convnext_tiny": 768,
    "densenet121": 1024,
    "efficientnet_b0": 1280,
    "mobilenet_v3": 1280,
    "resnet18": 512,
    "resnet50": 2048,
    "small": 96,
    "squeezenet1_0": 512,
    "squeezenet1_1": 512,
    "vgg16": 4096,
}


HEAVY = {"vgg16"}  # 134 million parameters: seconds to start, seconds to learn


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=[pytest.mark.slow] * (name in HEAVY)) for name in MODELS]
)
def spec(request):
    return MODELS[request.param]


@pytest.fixture(scope="module")
def model(spec):
    torch.manual_seed(0)
    return spec.build(CLASS_COUNT, HeadOptions())


@pytest.fixture(autouse=True)
def evaluation_mode(model):
    model.eval()


def images(count, height, width):
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(1))


def test_what_lies_before_the_head_and_the_rest_are_the_whole(spec, model):
    body, rest = split_before(model, spec.head)
    inputs, taken = images(2, 96, 96), []
    handle = model.get_submodule(spec.head).register_forward_pre_hook(lambda _module, given: taken.append(given[0]))
    with torch.no_grad():
        features = body(inputs)
        assert not taken, "the head is not passed"
        torch.testing.assert_close(rest(features), model(inputs))
    handle.remove()
    assert len(taken) == 2


def new_layer(spec, model):
    return model.get_submodule(spec.head).parameters()


def test_gives_one_logit_per_class_and_image(spec, model):
    with torch.no_grad():
        logits = model(images(2, spec.min_input_size + 20, spec.min_input_size + 20))
    assert logits.shape == (2, CLASS_COUNT)
    assert logits.isfinite().all()


@pytest.mark.parametrize(("higher", "wider"), [(0, 0), (33, 4)], ids=["smallest", "odd and not square"])
def test_bears_any_size_from_the_smallest_on(spec, model, higher, wider):
    with torch.no_grad():
        logits = model(images(1, spec.min_input_size + higher, spec.min_input_size + wider))
    assert logits.shape == (1, CLASS_COUNT)


def test_learns_from_a_batch_of_two_at_the_smallest_size(spec, model):
    model.train()
    model(images(2, spec.min_input_size, spec.min_input_size)).sum().backward()
    gradients = [parameter.grad for parameter in new_layer(spec, model)]
    model.zero_grad()
    assert all(gradient is not None and gradient.isfinite().all() for gradient in gradients)


def entering(spec, model):
    """How many numbers, or maps, enter the new layer, as seen on an image."""
    seen = []
    hook = model.get_submodule(spec.head).register_forward_pre_hook(lambda _layer, given: seen.append(given[0].shape))
    with hook, torch.no_grad():
        model(images(1, spec.min_input_size + 20, spec.min_input_size + 20))
    return seen[0][1]


def test_the_head_is_one_new_layer_for_the_classes(spec, model):
    counts = [parameter.numel() for parameter in new_layer(spec, model)]
    assert counts == [CLASS_COUNT * entering(spec, model), CLASS_COUNT]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_heads_of_the_known_families_are_as_wide_as_published(name):
    with torch.device("meta"):
        network = MODELS[name].build(CLASS_COUNT, HeadOptions())
    assert network.get_submodule(MODELS[name].head).weight.shape[1] == PUBLISHED[name]


def test_every_parameter_learns_in_one_group_and_the_new_layer_in_its_own(spec, model):
    groups = trainable_groups(TrainingConfig(model=spec.name), spec, model)
    members = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(members) == sorted(id(parameter) for parameter in model.parameters())
    of_head = {id(one) for group in groups if group["name"].startswith("head") for one in group["params"]}
    assert of_head == {id(parameter) for parameter in new_layer(spec, model)}


def test_a_glorot_head_is_uniform_within_its_limit_and_has_no_bias(spec, model):
    weight, bias = new_layer(spec, model)
    limit = (6 / (entering(spec, model) + CLASS_COUNT)) ** 0.5
    assert 0.95 * limit < float(weight.abs().max().detach()) <= limit
    assert not bias.any()


def test_the_head_behind_the_body_is_the_whole_network(spec, model):
    inputs = images(1, spec.min_input_size + 40, spec.min_input_size + 23)
    with torch.no_grad():
        parts = [spec.split(model, layer) for layer in spec.cam_layers]
        outputs = [head(body(inputs)) for body, head in parts]
        assert all(torch.equal(output, model(inputs)) for output in outputs)


def test_every_cam_layer_is_a_map_and_all_differ(spec, model):
    inputs = images(1, spec.input_size, spec.input_size)
    with torch.no_grad():
        maps = [spec.split(model, layer)[0](inputs) for layer in spec.cam_layers]
    assert all(activations.ndim == 4 and min(activations.shape[2:]) >= 7 for activations in maps)
    assert (
        2 <= len({(activations.shape, float(activations.sum())) for activations in maps}) == len(spec.cam_layers) <= 4
    )


def test_no_head_changes_what_it_is_given(spec, model):
    inputs = images(1, spec.min_input_size + 20, spec.min_input_size + 20)
    with torch.no_grad():
        parts = [spec.split(model, layer) for layer in spec.cam_layers]
        given = [body(inputs) for body, _ in parts]
        kept = [activations.clone() for activations in given]
        _ = [head(activations) for (_, head), activations in zip(parts, given, strict=True)]
    assert all(torch.equal(activations, before) for activations, before in zip(given, kept, strict=True))


def test_no_module_works_in_place(model):
    assert not [name for name, module in model.named_modules() if getattr(module, "inplace", False)]


def test_names_no_layer_that_the_network_lacks(spec, model):
    assert isinstance(model.get_submodule(spec.head), nn.Linear | nn.Conv2d)
    assert all(isinstance(model.get_submodule(layer), nn.Module) for layer in spec.cam_layers)


def test_weights_have_a_name_of_ours_and_the_start_of_a_hash(spec):
    published = [spec.weights] if spec.weights else []
    assert all(weights.file == f"{spec.name}-imagenet.pth" for weights in published)
    assert all(len(weights.sha256_prefix) == 8 and int(weights.sha256_prefix, 16) for weights in published)
    assert all(weights.sha256_prefix in weights.original_file for weights in published)
