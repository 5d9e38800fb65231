"""A finished model is read whole, or refused in one sentence: rows B66 and B68 of the bad input."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from mammo.errors import CheckpointError, ParameterError, UnknownNameError
from mammo.models import MODELS, HeadOptions
from mammo.training.checkpoint import read_checkpoint, write_checkpoint
from mammo.training.config import TrainingConfig
from mammo.training.model_folder import TrainedModel, read_model, write_model
from mammo.training.preparation import pipeline_of

SPEC = MODELS["small"]


@pytest.fixture
def model():
    torch.manual_seed(0)
    config = TrainingConfig.of({"model": "small", "weights": "none", "enhancement": "clahe:clip_limit=3"})
    network = SPEC.build(3, HeadOptions()).eval()
    return TrainedModel(SPEC, network, ("normal", "benign", "malignant"), pipeline_of(config, SPEC), config, "")


@pytest.fixture
def folder(tmp_path, model):
    write_model(tmp_path / "fold-0", model, {"note": "of this test"})
    return tmp_path / "fold-0"


@pytest.fixture
def rewrite(folder):
    """Writes the model anew with some facts or weights put over its own; its hashes fit."""

    def write(weights=None, **facts):
        kept = read_checkpoint(folder)
        write_checkpoint(folder, {**kept.weights, **(weights or {})}, {**kept.facts, **facts})

    return write


def test_a_model_comes_back_as_it_was_written(folder, model):
    read = read_model(folder)
    assert replace(read, network=model.network, weights_sha256="") == model
    assert not any(module.training for module in read.network.modules())
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(read.network(images), model.network(images))


def test_a_model_of_another_version_of_the_preparation_is_refused(rewrite, folder, model):
    """B68."""
    rewrite(pipeline={**model.pipeline.to_dict(), "version": 0})
    sentence = r"trained with version 0 of the preparation; this program has version \d+.*Train it again\.$"
    with pytest.raises(ParameterError, match=sentence):
        read_model(folder)


def test_a_model_is_used_with_its_own_preparation_whatever_is_set_now(folder, model):
    """B68: the steps stand with the weights."""
    assert [step.name for step in read_model(folder).pipeline.steps] == [step.name for step in model.pipeline.steps]
    assert read_model(folder).pipeline.hash == model.pipeline.hash


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(rewrite, folder, model, value):
    """B66."""
    name, tensor = next((name, one.clone()) for name, one in model.network.state_dict().items() if one.ndim == 4)
    tensor[0, 0, 0, 0] = value
    rewrite({name: tensor})
    with pytest.raises(CheckpointError, match=r"holds weights that are not numbers\. Train it again"):
        read_model(folder)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"model": "squeezenet1_1"}, r"do not fit SqueezeNet 1\.1: +Missing key"),
        ({"class_names": ["normal", "malignant"]}, "size mismatch for .*3.*2"),
    ],
    ids=["another family", "another number of classes"],
)
def test_weights_of_another_network_are_refused_with_the_first_differences(rewrite, folder, facts, words):
    """B66: nothing is loaded in part."""
    rewrite(**facts)
    with pytest.raises(CheckpointError, match=words) as raised:
        read_model(folder)
    assert "\n" not in str(raised.value)


def test_a_family_that_is_gone_is_named_with_those_that_are_there(rewrite, folder):
    """B66."""
    rewrite(model="alexnot")
    with pytest.raises(UnknownNameError, match="'alexnot'; known are: "):
        read_model(folder)
