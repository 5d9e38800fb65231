"""Sets of phantoms are read by the reader of Mini-DDSM, as real ones are."""

from __future__ import annotations

from collections import Counter

import pytest

from mammo.datasets import DATASETS, ImportOptions


@pytest.fixture(scope="module")
def findings(mini_set):
    root, _ = mini_set
    return DATASETS["mini_ddsm"].find(root, ImportOptions())


def test_every_picture_is_found_and_nothing_is_refused(findings):
    assert len(findings.entries) == 240
    assert findings.refused == ()
    assert len({entry.patient_id for entry in findings.entries}) == 60


def test_the_three_label_policies_count_differently(findings):
    counts = [Counter(entry.labels[policy] for entry in findings.entries) for policy in ("case", "breast", "visible")]
    malignant = [count["malignant"] for count in counts]
    assert malignant[0] == 84
    assert malignant[0] > malignant[1] > malignant[2]


def test_facts_and_outlines_arrive(findings):
    for entry in findings.entries:
        assert entry.scanner == entry.patient_id[0]
        assert entry.density in {"A", "B", "C", "D"}
        assert 35 <= entry.age <= 90
        assert entry.warnings == ()
    assert sum(len(entry.lesions) for entry in findings.entries) > 90
