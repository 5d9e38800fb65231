from collections import Counter
from pathlib import Path

import pytest

from mammo.datasets import Sample
from mammo.paper.protocols import (
    PaperOptions,
    batch_warning,
    config_of,
    fitting_batch,
    models_with_weights,
    splits_of,
)
from mammo.paper.recipes import RECIPES
from mammo.training.batches import batches_per_epoch

TABLE_1 = {"normal": 2728, "benign": 3360, "malignant": 3596}  # four films of each woman


@pytest.fixture(scope="module")
def films():
    return [
        Sample(
            id=f"{label}-{number}",
            path=Path(f"{label}-{number}.png"),
            sha256=f"{label}{number}",
            patient_id=f"{label}-{number // 4}",
            labels={"case": label},
            width_px=1,
            height_px=1,
            bits=8,
        )
        for label, count in TABLE_1.items()
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def splits(films):
    return splits_of(films, "case", seed=0)


def counts(films, split):
    return Counter((split.assignment[film.id], film.labels["case"]) for film in films)


def women_in_several_parts(films, split):
    parts = {}
    for film in films:
        parts.setdefault(film.patient_id, set()).add(split.assignment[film.id])
    return sum(len(of_woman) > 1 for of_woman in parts.values())


def test_the_papers_protocol_gives_table_1(films, splits):
    expected = {"train": (1964, 2419, 2589), "validation": (218, 269, 288), "test": (546, 672, 719)}
    found = counts(films, splits["paper"])
    assert {part: tuple(found[part, label] for label in TABLE_1) for part in expected} == expected


def test_the_papers_protocol_tears_nearly_all_women_apart_and_the_clean_one_none(films, splits):
    assert women_in_several_parts(films, splits["paper"]) > 0.6 * 2421
    assert women_in_several_parts(films, splits["clean"]) == 0


def test_both_protocols_learn_from_about_as_many_images(films, splits):
    sizes = [sum(part == "train" for part in split.assignment.values()) for split in splits.values()]
    assert sizes[0] == 6972
    assert sizes[1] == pytest.approx(6972, abs=8)


def test_the_papers_options_leave_its_preset_as_it_is_but_for_weights():
    recipe = RECIPES["paper-alexnet-adam"]
    config = config_of(recipe, PaperOptions(pretrained=("squeezenet1_1",)), 6972)
    assert config == recipe.preset.config({"weights": "none", "seed": 0})


@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_takes_the_papers_540_iterations_at_its_rates(name):
    config = config_of(RECIPES[name], PaperOptions(), 6972)
    assert batches_per_epoch(6972, config.batch_size, drop_last=config.drop_last) * config.epochs == 540
    assert (config.learning_rate, config.head_learning_rate_factor) == (1e-4, 20)


def test_options_are_read_back_from_what_was_queued():
    options = PaperOptions(epochs=3, batch_size=16, image_size=96, seed=5, pretrained=("squeezenet1_1",))
    configs = [config_of(recipe, options, 200).to_dict() for recipe in RECIPES.values()]
    assert PaperOptions.of_configs(configs) == options


def test_where_all_ends_before_the_first_validation_there_is_one_each_epoch():
    recipe = RECIPES["paper-squeezenet-sgdm"]
    assert config_of(recipe, PaperOptions(epochs=10), 49 * 128 // 10).validation_every == 0
    assert config_of(recipe, PaperOptions(epochs=10), 5 * 128).validation_every == 50


@pytest.mark.parametrize(
    ("images", "said"), [(90, "fewer than one batch of 128"), (230, "102 of 230"), (6972, None), (1024, None)]
)
def test_batches_that_are_large_for_the_data_are_not_passed_over(images, said):
    warning = batch_warning(images, PaperOptions())
    assert warning is None if said is None else said in warning


@pytest.mark.parametrize(("images", "size"), [(6972, 128), (230, 16), (512, 64), (40, 8)])
def test_the_offered_batch_leaves_eight_steps_an_epoch(images, size):
    assert fitting_batch(images) == size


def test_weights_are_found_under_both_of_their_names(tmp_path):
    assert models_with_weights(tmp_path) == ()
    (tmp_path / "squeezenet1_1-imagenet.pth").touch()
    (tmp_path / "alexnet-owt-7be5be79.pth").touch()
    assert models_with_weights(tmp_path) == ("alexnet", "squeezenet1_1")
