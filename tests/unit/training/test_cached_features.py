import pytest
import torch

from mammo.errors import ParameterError
from mammo.models import MODELS, HeadOptions
from mammo.training.cached_features import FeatureShelf
from mammo.training.config import TrainingConfig
from mammo.training.model_folder import read_model
from mammo.training.network_size import NetworkShape, network_size
from mammo.training.plan import training_plan
from mammo.training.procedure import train_and_evaluate
from tests.unit.training.short_fits import RECORDED, Listener, apart

FROZEN = {"frozen": True, "head_learning_rate_factor": 100}


@pytest.fixture
def frozen(config):
    return config.with_values({**FROZEN, "image_size": 32, "checkpoint_every": 100})


ALEXNET = pytest.param({"model": "alexnet", "image_size": 64}, marks=pytest.mark.slow)


@pytest.mark.parametrize("values", [{}, {"precision": "bf16"}, ALEXNET], ids=str)
def test_it_learns_what_frozen_layers_let_learn_from_the_same_copies(train, frozen, values):
    config = frozen.with_values(values)
    anew = train(config, None, folder="anew", size=config.image_size)
    kept = train(config.with_values({"cached_features": 3}), None, folder="kept", size=config.image_size)
    tolerance = 1e-2 if values.get("precision") == "bf16" else 1e-5
    assert apart(anew, kept) < tolerance
    assert anew.numbers == pytest.approx(kept.numbers, abs=10 * tolerance)
    assert len(anew.numbers) > 20


def test_copies_take_turns_by_epoch(train, frozen):
    longer = frozen.with_values({"epochs": 4, "cached_features": 2})
    again, other = (train(longer, None, folder=name) for name in ("again", "other"))
    assert apart(again, other) == 0
    assert apart(again, train(longer.with_values({"cached_features": 4}), None, folder="four")) > 0


def test_a_copy_is_checked_once_however_often_its_turn_comes(train, frozen, monkeypatch):
    asked, copy = [], FeatureShelf.copy
    monkeypatch.setattr(FeatureShelf, "copy", lambda shelf, number: asked.append(number) or copy(shelf, number))
    train(frozen.with_values({"epochs": 6, "cached_features": 2}))
    assert asked == [0, 1]


def test_features_are_computed_once_and_survive_a_stop(train, frozen, monkeypatch):
    config = frozen.with_values({"epochs": 4, "cached_features": 2})
    undisturbed = train(config, None, folder="undisturbed")
    assert not train(config, None, stop_at=8).result.completed
    computed = []
    monkeypatch.setattr("mammo.training.cached_features.augmented", lambda *one, **_other: computed.append(one))
    assert apart(train(config, None), undisturbed) == 0
    assert computed == []


def test_damaged_features_are_computed_again(train, frozen, tmp_path):
    config = frozen.with_values({"cached_features": 1})
    undisturbed = train(config, None, folder="undisturbed")
    train(config, None, stop_at=5)
    kept = tmp_path / "checkpoints" / "features" / "copy-0" / "features.bin"
    content = bytearray(kept.read_bytes())
    content[99] ^= 1
    kept.write_bytes(content)
    assert apart(train(config, None), undisturbed) == 0


def test_it_can_be_stopped_while_features_are_computed(train, frozen):
    config = frozen.with_values({"cached_features": 1})
    first = train(config, None, stop_at=2)
    assert (first.result.completed, first.result.step) == (False, 0)
    assert apart(train(config, None), train(config, None, folder="undisturbed")) == 0


def test_the_validations_features_are_kept_before_the_first_step(train, frozen, tmp_path):
    first = train(frozen.with_values({"cached_features": 1}), None, stop_at=3)
    assert (first.result.completed, first.result.step) == (False, 0)
    kept = tmp_path / "checkpoints" / "features"
    assert [path.parent.name for path in kept.rglob("features.json")] == ["unchanged"]


def test_a_recorded_step_learns_the_same_by_features(train, frozen):
    config = frozen.with_values({"cached_features": 2})
    usual, recorded = train(config, None, folder="usual"), train(config, RECORDED, folder="recorded")
    assert apart(usual, recorded) < 1e-5


def test_the_model_is_whole_and_the_features_go(config, source, folders):
    frozen = config.with_values({**FROZEN, "cached_features": 2, "selection": "best"})
    outcome = train_and_evaluate(frozen, source, folders, Listener())
    network = read_model(folders.job / "models" / "fold-0").network
    torch.manual_seed(frozen.seed * 1009)
    untrained = MODELS[frozen.model].build(3, HeadOptions(init=frozen.head_init, relu=frozen.head_relu)).state_dict()
    moved = {name for name, one in network.state_dict().items() if not torch.equal(one, untrained[name])}
    assert moved == {"classifier.1.weight", "classifier.1.bias"}
    assert {one.part for one in outcome.predictions} == {"validation", "test"}
    assert not list(folders.job.rglob("features*"))


def test_only_frozen_layers_can_be_kept():
    with pytest.raises(ParameterError, match="set frozen too"):
        TrainingConfig.of({"cached_features": 2})


def test_its_cost_is_known_before():
    config = TrainingConfig.of({"model": "squeezenet1_1", "epochs": 40, "frozen": True, "cached_features": 5})
    size = network_size(NetworkShape.of(config, 3))
    plan, anew, whole = (
        training_plan(config.with_values(values), size, images=1000, validation_images=100)
        for values in ({}, {"cached_features": 0}, {"cached_features": 0, "frozen": False})
    )
    assert plan.features_bytes == (5 * 1000 + 100) * 512 * 14 * 14 * 4
    assert anew.features_bytes == whole.features_bytes == 0
    assert plan.seconds < anew.seconds / 2 < whole.seconds / 4
