import math

import pytest

from mammo.errors import ParameterError, UnknownNameError
from mammo.training.config import TrainingConfig
from mammo.training.network_size import NetworkShape, network_size
from mammo.training.optimizers import SCHEDULES
from mammo.training.plan import training_plan
from mammo.training.presets import PRESETS


@pytest.mark.parametrize("preset", list(PRESETS.values()), ids=list(PRESETS))
def test_a_preset_survives_its_way_through_json(preset):
    config = preset.config({"seed": 3})
    assert TrainingConfig.of(config.to_dict()) == config


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"learning_rate": 0}, "learning_rate"),
        ({"learning_rate": -1}, "learning_rate"),
        ({"learning_rate": 1e9}, "learning_rate"),
        ({"learning_rate": math.nan}, "learning_rate"),
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": 1}, "batch_size"),
        ({"batch_size": 10**6}, "batch_size"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": 10**9}, "epochs"),
        ({"image_size": 1}, "image_size"),
        ({"image_size": 20000}, "image_size"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**64}, "seed"),
        ({"threads": 999}, "threads"),
        ({"patience": -1}, "patience"),
        ({"folds": 1}, "folds"),
        ({"momentum": 1.0}, "momentum"),
        ({"label_smoothing": 150}, "label_smoothing"),
        ({"batch_size": 4, "micro_batches": 4}, "batch of 4"),
        ({"learningrate": 1}, "no setting named 'learningrate'"),
        ({"dropout": 1.0}, "no setting named 'dropout'"),  # it is the model's own
        ({"workers": 999}, "no setting named 'workers'"),  # nothing decodes while it trains
        ({"accept": "everything"}, r"^accept: Input should be 'leaking_split'"),
        ({"enhancement": "clahe:clip_limit=99"}, "Clip limit must lie between"),
    ],
    ids=str,
)
def test_a_value_that_does_not_fit_is_named(values, words):  # B65
    with pytest.raises(ParameterError, match=words):
        TrainingConfig.of(values)


@pytest.mark.parametrize("value", [10**300, "1" + "x" * 300])
def test_a_long_value_is_told_in_short(value):
    with pytest.raises(ParameterError, match=r"^seed: .*, but the value is '?1.*\.\.\.") as raised:
        TrainingConfig.of({"seed": value})
    assert len(str(raised.value)) < 220


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_of_a_single_step_has_a_rate(schedule):  # B65: a cosine over no time
    assert 0 < SCHEDULES[schedule].factor(0) <= 1


@pytest.mark.parametrize("field", ["model", "optimizer", "schedule", "augmentation", "enhancement"])
def test_an_unknown_name_lists_the_known_ones(field):
    with pytest.raises((ParameterError, UnknownNameError), match="known are"):
        TrainingConfig.of({field: "nonesuch"})


def test_enhancements_are_read_from_one_line():
    config = TrainingConfig.of({"enhancement": "stretch_percentiles:low=2,region=image+clahe:clip_limit=3"})
    assert [(step.name, step.values) for step in config.enhancement] == [
        ("stretch_percentiles", {"low": 2.0, "region": "image"}),
        ("clahe", {"clip_limit": 3.0}),
    ]


def size_of(config):
    return network_size(NetworkShape.of(config, class_count=3))


@pytest.mark.parametrize("optimizer", ["adam", "sgdm"])
def test_the_paper_preset_plans_the_papers_iterations_and_rates(optimizer):
    config = PRESETS[f"paper-squeezenet-{optimizer}"].config()
    plan = training_plan(config, size_of(config), images=6972, validation_images=775)
    assert (plan.iterations_per_epoch, plan.iterations) == (54, 540)
    assert plan.learning_rates == pytest.approx({"backbone": 1e-4, "head": 20e-4})


def test_a_plan_counts_what_is_trained():
    config = PRESETS["paper-squeezenet-adam"].config({"frozen": True})
    plan = training_plan(config, size_of(config), images=256, validation_images=0)
    assert plan.trainable_parameters == 512 * 3 + 3
    assert list(plan.learning_rates) == ["head"]


def test_a_batch_larger_than_the_data_needs_no_more_memory_than_they():
    small, large = (PRESETS["demo"].config({"batch_size": size}) for size in (40, 4096))
    plans = [training_plan(one, size_of(one), images=40, validation_images=0) for one in (small, large)]
    assert plans[0].memory_bytes == plans[1].memory_bytes


def test_every_field_that_does_not_fit_gets_its_own_sentence():
    problems = TrainingConfig.problems({"learning_rate": -1, "epochs": 0, "seed": 5})
    assert set(problems) == {"learning_rate", "epochs"}
    assert "greater than 0" in problems["learning_rate"]


def test_a_name_that_no_registry_holds_is_a_problem_too():
    assert TrainingConfig.problems({"model": "alexnot"})[""].startswith("There is no model named 'alexnot'")


def test_what_fields_together_dont_allow_has_no_field_of_its_own():
    assert set(TrainingConfig.problems({"batch_size": 4, "micro_batches": 4})) == {""}


def test_a_configuration_that_fits_has_no_problems():
    assert TrainingConfig.problems(PRESETS["recommended"].config().to_dict()) == {}
