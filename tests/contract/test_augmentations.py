"""What every augmentation and every policy promises."""

import inspect
from dataclasses import replace

import numpy as np
import pytest

from mammo.augmentation import AUGMENTATIONS
from mammo.augmentation.policy import POLICIES, Policy, draw, draw_matrices
from mammo.parameters import Number, defaults

every_augmentation = pytest.mark.parametrize("augmentation", list(AUGMENTATIONS.values()), ids=list(AUGMENTATIONS))
every_policy = pytest.mark.parametrize("policy", list(POLICIES.values()), ids=list(POLICIES))


@every_augmentation
def test_the_same_seed_draws_the_same_change(augmentation):
    values = defaults(augmentation.parameters)
    first, second = (augmentation.sample(np.random.default_rng(7), 227, **values) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    assert first[1] == second[1]


@every_augmentation
def test_declares_exactly_the_parameters_it_takes(augmentation):
    keyword_only = {
        name for name, one in inspect.signature(augmentation.sample).parameters.items() if one.kind is one.KEYWORD_ONLY
    }
    assert keyword_only == set(defaults(augmentation.parameters))


@every_augmentation
def test_works_at_the_ends_of_its_limits(augmentation):
    numbers = [one for one in augmentation.parameters if isinstance(one, Number)]
    for end in ("low", "high"):
        matrix, _ = augmentation.sample(
            np.random.default_rng(0), 64, **{one.name: getattr(one, end) for one in numbers}
        )
        assert np.isfinite(matrix).all()
        assert np.linalg.det(matrix) != 0


@every_policy
def test_a_draw_depends_on_seed_epoch_and_sample_only(policy):
    def matrix(seed, epoch, sample_id):
        return draw(policy, seed=seed, epoch=epoch, sample_id=sample_id, size=227).matrix

    first = matrix(1, 2, "a")
    matrix(5, 5, "b")
    np.testing.assert_array_equal(first, matrix(1, 2, "a"))
    if policy.steps:
        assert all((matrix(*other) != first).any() for other in [(2, 2, "a"), (1, 3, "a"), (1, 2, "b")])


@every_policy
def test_drawn_for_many_at_once_each_gets_its_own_draw(policy):
    ids = [f"film {number}" for number in range(3000)]
    many = draw_matrices(policy, seed=1, epoch=2, sample_ids=ids, size=227)
    each = [draw(policy, seed=1, epoch=2, sample_id=one, size=227).matrix for one in ids]
    np.testing.assert_array_equal(many, each)  # bit for bit


@every_augmentation
def test_an_augmentation_without_a_way_for_many_is_drawn_one_by_one(augmentation, monkeypatch):
    policy = Policy.of({"steps": [{"name": augmentation.name}]})
    drawn = {"seed": 1, "epoch": 2, "sample_ids": ["a", "b", "c"], "size": 64}
    at_once = draw_matrices(policy, **drawn)
    monkeypatch.setitem(AUGMENTATIONS._entries, augmentation.name, replace(augmentation, sample_many=None))
    np.testing.assert_array_equal(draw_matrices(policy, **drawn), at_once)


@every_policy
def test_a_policy_survives_its_way_through_plain_values(policy):
    assert Policy.of(policy.to_dict()) == policy


def test_the_papers_policy_is_the_papers():
    steps = {step.name: dict(step.values) for step in POLICIES["paper"].steps}
    assert steps == {
        "reflection": {"x_probability": 0.5, "y_probability": 0.0},
        "rotation": {"low": 0.0, "high": 360.0},
        "translation": {"shift": 30.0},
    }
