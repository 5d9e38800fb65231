"""Shares of clustered images against the survey formula, redone by hand, and where nothing can be known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import confusion_matrix
from statsmodels.stats.proportion import proportion_confint

from mammo.evaluation.intervals import wilson
from mammo.evaluation.predictions import Predictions
from mammo.evaluation.shares import cell_shares, clustered_share


def test_the_wilson_interval_is_that_of_statsmodels():
    interval = wilson(17, 40)
    assert (interval.low, interval.high) == pytest.approx(proportion_confint(17, 40, method="wilson"), abs=1e-9)


def test_one_image_for_each_of_many_women_gives_nearly_the_plain_interval():
    is_hit = np.arange(20_000) % 4 == 0
    interval, plain = clustered_share(is_hit, np.arange(20_000).astype(str)), wilson(5_000, 20_000)
    assert (interval.low, interval.high) == pytest.approx((plain.low, plain.high), abs=2e-6)


def test_the_effective_number_follows_from_the_spread_between_women():
    hits_of_women = [[1, 1, 1], [0, 0], [1, 0, 1, 1], [0], [0, 0, 1]]
    is_hit = np.concatenate(hits_of_women).astype(bool)
    patients = np.repeat(list("abcde"), [len(one) for one in hits_of_women])
    share = 7 / 13
    variance = 5 / 4 * sum(sum(hit - share for hit in one) ** 2 for one in hits_of_women) / 13**2
    deff = variance / (share * (1 - share) / 13)
    effective = 13 / deff * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 4)) ** 2
    interval = clustered_share(is_hit, patients)
    expected = proportion_confint(share * effective, effective, method="wilson")
    assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-7)


def test_a_share_of_one_keeps_a_width_by_the_number_of_women():
    interval = clustered_share(np.ones(40, dtype=bool), np.repeat(np.arange(10), 4).astype(str))
    assert interval.high == 1
    assert interval.low == pytest.approx(1 / (1 + stats.t.ppf(0.975, 9) ** 2 / 10), abs=1e-7)


def test_no_image_and_one_woman_are_said():
    assert str(clustered_share(np.array([], dtype=bool), np.array([], dtype=str))) == "n/a: there is no image"
    one = clustered_share(np.array([True, False]), np.array(["a", "a"]))
    assert str(one) == "0.50 (no interval: all images are of one woman)"


@pytest.mark.parametrize("of_called", [False, True])
def test_the_shares_of_a_matrix_are_those_of_its_rows_or_columns_each_with_the_interval_of_a_share(of_called):
    rng = np.random.default_rng(7)
    truth, predicted = rng.integers(0, 3, (2, 90))
    patients = rng.integers(0, 30, 90).astype(str)
    table = cell_shares(
        Predictions.checked(truth, np.eye(3)[predicted], patients.tolist(), ("a", "b", "c")), of_called=of_called
    )
    counts = confusion_matrix(truth, predicted, normalize="pred" if of_called else "true")
    np.testing.assert_allclose([[cell.value for cell in row] for row in table], counts, rtol=1e-12)
    inside = predicted == 2 if of_called else truth == 1
    expected = clustered_share((truth if of_called else predicted)[inside] == (1 if of_called else 2), patients[inside])
    assert table[1][2] == expected
