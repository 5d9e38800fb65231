"""Fixed proportions in random order."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from mammo.phantoms.dealing import choose, deal, generator


@pytest.mark.parametrize(
    ("shares", "count", "expected"),
    [
        ({"a": 1, "b": 1, "c": 1}, 6, {"a": 2, "b": 2, "c": 2}),
        ({"a": 602, "b": 671, "c": 679}, 60, {"a": 18, "b": 21, "c": 21}),
        ({"a": 1, "b": 0}, 3, {"a": 3}),
        ({"a": 0.5, "b": 0.3, "c": 0.2}, 7, {"a": 4, "b": 2, "c": 1}),  # 3.5, 2.1, 1.4: the largest remainder gets it
    ],
)
def test_shares_are_kept_up_to_rounding(shares, count, expected):
    assert Counter(deal(shares, count, np.random.default_rng(0))) == expected


def test_dealt_keys_come_mixed():
    dealt = deal({"a": 1, "b": 1}, 100, np.random.default_rng(0))
    assert dealt != sorted(dealt)
    assert dealt != sorted(dealt, reverse=True)


@pytest.mark.parametrize(("share", "expected"), [(0, 0), (0.01, 1), (0.25, 5), (1, 20)])
def test_a_rare_finding_is_chosen_once_at_least(share, expected):
    chosen = choose(range(20), share, np.random.default_rng(0))
    assert len(chosen) == expected
    assert chosen <= set(range(20))


def test_streams_of_set_women_and_views_differ():
    streams = [generator(0), generator(1), generator(0, 0), generator(0, 1), generator(0, 0, 0), generator(0, 0, 1)]
    assert len({stream.integers(2**62) for stream in streams}) == len(streams)
