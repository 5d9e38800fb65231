"""Heat maps of real networks: planted evidence, agreement with the grad-cam package, threads, failures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import pytorch_grad_cam
import torch
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn

from mammo.errors import ExplanationError
from mammo.evaluation.localisation import pointing_hit
from mammo.explanation import CAM_METHODS
from mammo.explanation.explaining import explain, is_blank, normalized
from mammo.models import MODELS, HeadOptions
from mammo.models.weights import create_model
from mammo.training.batches import to_input

GRAD_CAM = CAM_METHODS["grad_cam"]
SQUARE, BAR = 1, 2
PACKAGE = {
    "grad_cam": pytorch_grad_cam.GradCAM,
    "grad_cam_pp": pytorch_grad_cam.GradCAMPlusPlus,
    "hires_cam": pytorch_grad_cam.HiResCAM,
    "layer_cam": pytorch_grad_cam.LayerCAM,
}


def marked_images(count, size, generator):
    """Noise (label 0), with a bright square (1) or a dark bar (2) anywhere; images, labels and top left corners."""
    images = torch.rand(count, 3, size, size, generator=generator) * 0.3
    labels = torch.arange(count) % 3
    corners = torch.randint(4, size - 32, (count, 2), generator=generator).tolist()
    for image, label, (row, column) in zip(images, labels.tolist(), corners, strict=True):
        image[:, row : row + 16, column : column + 16] += 2 * (label == SQUARE)
        image[:, row : row + 4, column : column + 30] -= 2 * (label == BAR)
    return images, labels, corners


def fine_tuned(model, optimizer, *, size, steps, batch_size=12):
    """The model after a few steps on marked images, in evaluation mode."""
    generator = torch.Generator().manual_seed(1)
    model.train()
    for _ in range(steps):
        images, labels, _ = marked_images(batch_size, size, generator)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    model.zero_grad()
    return model.eval()


@pytest.fixture(scope="module")
def small():
    torch.manual_seed(0)
    model = MODELS["small"].build(3, HeadOptions())
    return fine_tuned(model, torch.optim.Adam(model.parameters(), lr=5e-3), size=128, steps=25)


@pytest.fixture(scope="module")
def alexnet():
    torch.manual_seed(0)
    model = MODELS["alexnet"].build(3, HeadOptions())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    return fine_tuned(model, optimizer, size=96, steps=4, batch_size=6)


def agreements(name, spec, model, size):
    """Correlation with the package's map for each of six images."""
    images, labels, _ = marked_images(6, size, torch.Generator().manual_seed(2))
    ours = explain(CAM_METHODS[name], spec, model, images, labels.tolist()).heatmaps
    with PACKAGE[name](model, [model.get_submodule(spec.cam_layers[0])]) as cam:
        theirs = cam(images, [ClassifierOutputTarget(label) for label in labels.tolist()])
    model.zero_grad()
    assert not any(is_blank(heatmap) for heatmap in ours)
    return [np.corrcoef(one.ravel(), other.ravel())[0, 1] for one, other in zip(ours, theirs, strict=True)]


@pytest.mark.parametrize("name", PACKAGE)
@pytest.mark.parametrize("family", ["small", "alexnet"])
def test_maps_agree_with_the_grad_cam_package(family, name, request):
    model = request.getfixturevalue(family)
    assert min(agreements(name, MODELS[family], model, 96)) > 0.999


# The package's Grad-CAM++ adds 1e-6 to squared gradients that are themselves that small here: see test_methods.py.
@pytest.mark.shared
def test_maps_of_a_fine_tuned_squeezenet_agree_with_the_package(shared):
    spec = MODELS["squeezenet1_1"]
    torch.manual_seed(0)
    model, _ = create_model(spec, 3, HeadOptions(), "imagenet", shared / "weights")
    fine_tuned(model, torch.optim.Adam(model.parameters(), lr=3e-4), size=96, steps=25)
    found = {name: min(agreements(name, spec, model, 96)) for name in ("grad_cam", "hires_cam", "layer_cam")}
    assert min(found.values()) > 0.999, found


@pytest.mark.parametrize("name", PACKAGE)
def test_a_trained_network_is_explained_by_the_planted_square(name, small):
    images, labels, corners = marked_images(18, 128, torch.Generator().manual_seed(3))
    explanation = explain(CAM_METHODS[name], MODELS["small"], small, images)
    assert explanation.explained_labels.tolist() == labels.tolist()
    lesions = np.zeros((18, 128, 128), dtype=bool)
    for lesion, (row, column) in zip(lesions, corners, strict=True):
        lesion[row : row + 16, column : column + 16] = True
    hits = [pointing_hit(explanation.heatmaps[i], lesions[i], tolerance_px=4) for i in range(1, 18, 3)]
    assert hits == [1.0] * 6


def test_the_logits_are_those_of_the_whole_network_and_the_most_probable_class_is_explained(alexnet):
    images, _, _ = marked_images(3, 70, torch.Generator().manual_seed(4))
    explanation = explain(GRAD_CAM, MODELS["alexnet"], alexnet, images)
    with torch.no_grad():
        logits = alexnet(images)
    np.testing.assert_array_equal(explanation.logits, logits.numpy())
    np.testing.assert_array_equal(explanation.explained_labels, logits.argmax(1).numpy())
    np.testing.assert_array_equal(explanation.explained_logits, logits.max(1).values.numpy())


def test_another_layer_can_be_asked_for(small):
    images, _, _ = marked_images(3, 128, torch.Generator().manual_seed(4))
    early = explain(GRAD_CAM, MODELS["small"], small, images, layer="features.2.2")
    assert early.cam_layer == "features.2.2"
    assert not np.array_equal(early.heatmaps, explain(GRAD_CAM, MODELS["small"], small, images).heatmaps)


def test_four_threads_on_one_model_see_the_maps_of_a_single_one(small):
    images, _, _ = marked_images(32, 64, torch.Generator().manual_seed(5))
    singles = [image[None] for image in images]

    def heatmap(image):
        return explain(GRAD_CAM, MODELS["small"], small, image).heatmaps[0]

    alone = [heatmap(image) for image in singles]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(heatmap, singles * 4))
    assert all(np.array_equal(one, other) for one, other in zip(together, alone * 4, strict=True))
    assert not all(is_blank(one) for one in alone)


@pytest.mark.parametrize("guard", [torch.no_grad, torch.enable_grad])
def test_a_callers_gradient_mode_changes_nothing(guard, small):
    images, _, _ = marked_images(2, 64, torch.Generator().manual_seed(6))
    expected = explain(GRAD_CAM, MODELS["small"], small, images).heatmaps
    with guard():
        before = torch.is_grad_enabled()
        heatmaps = explain(GRAD_CAM, MODELS["small"], small, images).heatmaps
        assert torch.is_grad_enabled() is before
    np.testing.assert_array_equal(heatmaps, expected)


def test_a_bfloat16_model_is_explained_almost_alike(small):
    images, _, _ = marked_images(3, 128, torch.Generator().manual_seed(7))
    exact = explain(GRAD_CAM, MODELS["small"], small, images, [1, 1, 1]).heatmaps
    rounded = MODELS["small"].build(3, HeadOptions()).eval()
    rounded.load_state_dict(small.state_dict())
    coarse = explain(GRAD_CAM, MODELS["small"], rounded.bfloat16(), images.bfloat16(), [1, 1, 1])
    assert coarse.heatmaps.dtype == np.float32
    assert np.corrcoef(coarse.heatmaps[1].ravel(), exact[1].ravel())[0, 1] > 0.98


@pytest.mark.parametrize("name", PACKAGE)
def test_a_16_bit_picture_has_the_map_of_its_8_bit_twin(name, small):  # B67
    generator = torch.Generator().manual_seed(3)
    gray = marked_images(1, 128, generator)[0][0, 0].clamp(0, 1).numpy()
    shallow = np.round(gray * 255).astype(np.uint8)[np.newaxis]
    deep = shallow.astype(np.uint16) * 257  # the same grays: 65535 = 255 * 257
    spec = MODELS["small"]
    maps = [
        explain(CAM_METHODS[name], spec, small, to_input(stored, spec.mean, spec.std), [SQUARE]).heatmaps[0]
        for stored in (shallow, deep)
    ]
    assert np.isfinite(maps[1]).all()
    assert maps[1].any()
    np.testing.assert_allclose(maps[1], maps[0], rtol=1e-3, atol=1e-5 * maps[0].max())


FAILURES = {
    "a class too high": ({"targets": [3]}, r"There is no class 3; this model has classes 0 to 2\."),
    "a class below 0": ({"targets": [-1]}, "There is no class -1"),
    "too few classes": ({"targets": []}, "0 classes are named for 1 images"),
    "an unknown layer": ({"layer": "features.9"}, r"can't be cut behind a layer named 'features\.9'"),
    "a layer without a map": ({"layer": "flatten"}, r"Behind flatten there is no map.*features\.3\.2"),
    "an image too small": ({"inputs": torch.zeros(1, 3, 16, 64)}, r"H and W at least 32; these are \(1, 3, 16, 64\)"),
    "a gray image": ({"inputs": torch.zeros(1, 1, 64, 64)}, r"shape \(N, 3, H, W\)"),
    "no image": ({"inputs": torch.zeros(0, 3, 64, 64)}, r"these are \(0, 3, 64, 64\)"),
    "an image of NaN": ({"inputs": torch.full((1, 3, 64, 64), torch.nan)}, "image 1: .* are not numbers"),
}


@pytest.mark.parametrize(("wrong", "sentence"), FAILURES.values(), ids=FAILURES)
def test_what_does_not_fit_is_refused_and_the_model_left_as_it_was(wrong, sentence, small):  # B67
    arguments = {"inputs": torch.zeros(1, 3, 64, 64), "targets": None, "layer": None, **wrong}
    with pytest.raises(ExplanationError, match=sentence) as caught:
        explain(GRAD_CAM, MODELS["small"], small, **arguments)
    assert caught.value.code == "cam_unavailable"
    assert all(parameter.grad is None and parameter.requires_grad for parameter in small.parameters())
    assert not any(module.training or module._forward_hooks for module in small.modules())


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("name", [name for name in CAM_METHODS if CAM_METHODS[name].has_layers])
def test_one_activation_that_is_no_number_is_refused_wherever_it_lies(name, value, small):
    images, _, _ = marked_images(2, 64, torch.Generator().manual_seed(8))
    spec = MODELS["small"]
    with torch.no_grad():
        activations = spec.split(small, spec.cam_layers[0])[0](images)
    for channel in range(activations.shape[1]):
        broken = activations.clone()
        broken[1, channel, 2, 3] = value
        with pytest.raises(ExplanationError, match=r"image 2: .* are not numbers"):
            explain(CAM_METHODS[name], spec, small, images, activations=broken)


def test_a_model_in_training_mode_is_refused_and_stays_in_it(small):
    small.features[0].train()
    try:
        with pytest.raises(ExplanationError, match="training mode; a heat map needs evaluation mode"):
            explain(GRAD_CAM, MODELS["small"], small, torch.zeros(1, 3, 64, 64))
        assert small.features[0].training
    finally:
        small.eval()


@pytest.mark.parametrize("factor", [1e-20, 1, 1e20])
def test_a_normalized_map_does_not_depend_on_the_size_of_its_numbers(factor):
    heatmap = np.array([[0, 1], [2, 4]], np.float32) * np.float32(factor)
    np.testing.assert_allclose(normalized(heatmap), [[0, 0.25], [0.5, 1]])


def test_maps_on_one_scale_keep_their_order_and_end_at_one():
    np.testing.assert_allclose(normalized(np.array([[1, 8]], np.float32), scale=4), [[0.25, 1]])


@pytest.mark.parametrize("value", [0, 3e-9, 5], ids=["zero", "a tiny constant", "a constant"])
def test_a_map_without_a_place_is_blank_and_becomes_zero(value):  # B67
    heatmap = np.full((3, 4), value, np.float32)
    assert is_blank(heatmap)
    assert normalized(heatmap).tolist() == [[0.0] * 4] * 3
