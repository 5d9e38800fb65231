"""Several models as one."""

import pytest

from mammo.errors import ParameterError
from mammo.evaluation.ensemble import ensemble
from mammo.evaluation.intervals import Interval
from mammo.evaluation.qualified import Qualified


def says(benign, fits=("benign",), names=("benign", "malignant")):
    shares = dict(zip(names, (Interval(benign, benign - 0.1, benign + 0.1), Interval(1 - benign)), strict=True))
    return Qualified(shares, fits, None, 1.0, 0.9, Interval(0.9), 90, 30, {}, 9, None)


def test_probabilities_are_averaged_and_every_class_that_fits_one_model_fits():
    found = ensemble({"job 1": says(0.8), "job 2": says(0.3, ("malignant",))})
    assert found.shares["benign"].value == pytest.approx(0.55)
    assert (found.shares["benign"].low, found.shares["benign"].high) == pytest.approx((0.45, 0.65))
    assert found.shares["malignant"].low is None  # one of them has no interval
    assert found.fits == ("benign", "malignant")


def test_a_disagreement_names_who_says_something_else():
    found = ensemble({"job 1": says(0.8), "job 2": says(0.7), "job 3": says(0.3)})
    assert not found.is_agreed
    assert found.in_words == "2 of 3 models put benign first; job 3 malignant."
    agreed = ensemble({"job 1": says(0.8), "job 2": says(0.7)})
    assert agreed.is_agreed
    assert agreed.in_words == "All 2 models put benign first."


def test_with_as_many_on_either_side_the_mean_names_the_class():
    found = ensemble({"job 1": says(0.9), "job 2": says(0.4)})
    assert found.in_words == "1 of 2 models put benign first; job 2 malignant."


def test_models_of_other_classes_have_no_mean():
    with pytest.raises(ParameterError, match="different classes"):
        ensemble({"job 1": says(0.8), "job 2": says(0.8, names=("normal", "malignant"))})
