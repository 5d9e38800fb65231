import pytest

from mammo.enhancement import ENHANCEMENTS
from mammo.parameters import defaults
from mammo.training.presets import PRESETS
from mammo.ui.training_start import as_changes, start_of_preset

OWN_POLICY = {"name": "custom", "label": "Custom", "steps": [{"name": "translation", "values": {"shift": 5}}]}


@pytest.mark.parametrize(
    "changes",
    [
        {"epochs": 7, "learning_rate": 3e-5, "frozen": True, "image_size": None, "label_policy": "breast"},
        {"enhancement": "clahe:clip_limit=3,+gamma:gamma=2.0", "optimizer": "sgdm"},
        {"enhancement": "none", "augmentation": OWN_POLICY},
        {"weights": "none", "seed": 2**31 - 1, "deterministic": False},
    ],
    ids=str,
)
@pytest.mark.parametrize("preset", ["demo", "paper-alexnet-adam"])
def test_what_differs_goes_into_the_address_and_comes_back_the_same(preset, changes):
    wanted = PRESETS[preset].config(changes).to_dict()
    start = start_of_preset(preset, ())
    again = start_of_preset(preset, as_changes(start.changed(wanted)))
    assert again.changed(wanted) == start.changed(wanted)
    assert start.changed(again.values) == start.changed(wanted)
    assert again.refused == ()


def test_a_preset_differs_in_nothing_from_itself():
    for name in PRESETS:
        start = start_of_preset(name, ())
        assert start.changed(start.values) == {}


def test_an_enhancement_with_its_defaults_spelt_out_is_no_change():
    start = start_of_preset("recommended", ())
    name = start.base["enhancement"][0]["name"]
    spelt = [{"name": name, "values": defaults(ENHANCEMENTS[name].parameters)}]
    assert start.changed({**start.values, "enhancement": spelt}) == {}


@pytest.mark.parametrize("change", ["epochs=0", "nonsense=1", "learning_rate=nan", "augmentation={", "seed=1e400"])
def test_a_change_that_does_not_fit_is_left_out_and_said(change):
    start = start_of_preset("demo", (change,))
    assert start.values == start_of_preset("demo", ()).values
    assert len(start.refused) == 1
    assert change.split("=")[0] in start.refused[0]


def test_a_change_without_end_is_not_even_read():
    assert start_of_preset("demo", ("epochs=" + "9" * 100_000,)).refused == ()


def test_regions_bring_what_the_preset_says_of_them():
    assert start_of_preset("recommended", ("region=lesion",)).base["augmentation"] == "any-direction"
