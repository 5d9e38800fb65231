import pytest

from mammo.paper.recipes import RECIPES


def test_the_printed_accuracies_decode_to_these_top_1_accuracies():
    assert [recipe.decoded.top1 for recipe in RECIPES.values()] == pytest.approx([0.76, 0.70, 0.70, 0.565])


def test_every_row_is_repeated_by_the_preset_of_its_network_and_optimizer():
    assert [(name, recipe.model, recipe.preset.values["optimizer"]) for name, recipe in RECIPES.items()] == [
        ("paper-alexnet-adam", "alexnet", "adam"),
        ("paper-alexnet-sgdm", "alexnet", "sgdm"),
        ("paper-squeezenet-adam", "squeezenet1_1", "adam"),
        ("paper-squeezenet-sgdm", "squeezenet1_1", "sgdm"),
    ]


def test_a_printed_figure_is_found_by_the_name_of_its_score():
    best = RECIPES["paper-alexnet-adam"]
    names = ("balanced_accuracy", "macro_precision", "mean_ovr_accuracy", "macro_f1", "top1")
    assert [best.printed_score(name) for name in names] == [0.77, 0.77, 0.84, 0.76, None]
