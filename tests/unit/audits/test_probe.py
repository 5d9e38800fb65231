"""The probe against scikit-learn's ridge, fold by fold; labels trade places with whole women."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import Ridge

from mammo.audits.columns import fact_columns
from mammo.audits.probe import FOLDS, _traded_labels, probe


@pytest.fixture
def data():
    """Columns, labels of three classes, women of two to four images."""
    generator = np.random.default_rng(0)
    position = np.repeat(np.arange(50), generator.integers(2, 5, 50))
    columns = fact_columns(
        {"scanner": generator.choice(list("ABC"), len(position)).tolist(), "size": generator.random(len(position))}
    )
    return columns, generator.integers(0, 3, len(position)), position.astype(str)


def test_scores_are_those_of_ridge_fitted_without_the_woman(data):
    columns, truth, patients = data
    found = probe(columns, truth, patients, seed=4, permutations=9)
    women, position = np.unique(patients, return_inverse=True)
    fold = (np.random.default_rng(4).permutation(len(women)) % FOLDS)[position]
    expected = np.empty((len(truth), 3))
    for one in range(FOLDS):
        ridge = Ridge(alpha=10.0).fit(columns[fold != one], np.eye(3)[truth[fold != one]])
        expected[fold == one] = ridge.predict(columns[fold == one])
    np.testing.assert_allclose(found.scores, expected, atol=1e-9)
    assert (found.predicted == expected.argmax(axis=1)).all()


def test_p_counts_permutations_and_the_data(data):
    columns, truth, patients = data
    planted = np.column_stack([columns, np.eye(3)[truth]])
    assert probe(planted, truth, patients, permutations=19).p == 1 / 20
    assert 1 / 20 <= probe(columns, truth, patients, permutations=19).p <= 1


def test_women_trade_labels_whole():
    truth = np.array([0, 1, 2, 2, 0, 1])
    position = np.array([0, 1, 2, 2, 0, 1])
    traded = _traded_labels(truth, position, np.random.default_rng(0), 50)
    assert (traded[:, 0] == traded[:, 4]).all()
    assert (traded[:, 1] == traded[:, 5]).all()
    assert (np.sort(traded, axis=1) == np.sort(truth)).all()
    assert len(np.unique(traded, axis=0)) == 6


def test_a_woman_with_more_images_repeats_the_labels_of_the_other():
    traded = _traded_labels(np.array([0, 1, 2]), np.array([0, 0, 1]), np.random.default_rng(0), 50)
    assert {tuple(row) for row in traded.tolist()} == {(0, 1, 2), (2, 2, 0)}


def test_numbers_of_many_values_become_fifths_and_a_scale_and_of_few_stay_apart():
    columns = fact_columns({"many": list(range(100)), "few": [1, 2] * 50})
    assert columns.shape == (100, 8)
    assert columns[:, [0, 1, 2, 3, 4, 6, 7]].sum(axis=0).tolist() == [20] * 5 + [50] * 2
    np.testing.assert_allclose(columns[:, 5], stats.zscore(np.arange(100)), atol=1e-12)


def test_one_odd_value_does_not_stretch_the_scale_and_an_unknown_one_stands_in_its_middle():
    columns = fact_columns({"many": [*range(20), float("nan"), 1e6]})
    assert columns.shape == (22, 7)
    assert columns[-2:, -1].tolist() == [0, 3]


def test_what_is_not_known_is_a_value_of_its_own():
    columns = fact_columns({"scanner": ["A", None, "A"], "level": [float("nan"), 0.5, None]})
    assert columns.tolist() == [[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1]]


def test_facts_of_one_value_have_no_column():
    assert fact_columns({"scanner": [None, None], "bits": [8, 8]}).shape == (2, 0)
    assert fact_columns({}).shape == (0, 0)
