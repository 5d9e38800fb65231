"""Case numbers, with and without Mini-DDSM's trap."""

from __future__ import annotations

from collections import Counter

import pytest
from scipy.stats import spearmanr

from mammo.phantoms import PhantomOptions
from mammo.phantoms.numbering import MINI_DDSM_NUMBERS
from mammo.phantoms.population import plan_women


@pytest.mark.parametrize("confound", [0, 1])
def test_letter_and_number_name_one_woman(confound):
    women = plan_women(PhantomOptions(patients=1952, kind="mini-ddsm-like", confound=confound))
    assert len({woman.patient_id for woman in women}) == 1952


def test_numbers_lie_in_mini_ddsms_ranges():
    for woman in plan_women(PhantomOptions(patients=300, kind="mini-ddsm-like")):
        first, last = MINI_DDSM_NUMBERS[woman.label, woman.scanner]
        assert first <= woman.number <= last


def test_the_number_alone_collides_across_classes_but_not_within_one():
    women = plan_women(PhantomOptions(patients=1952, kind="mini-ddsm-like"))
    repeats = [number for number, count in Counter(woman.number for woman in women).items() if count > 1]
    assert 200 < len(repeats) < 320  # 260 in Mini-DDSM v2
    assert len({(woman.label, woman.number) for woman in women}) == 1952


def test_a_small_set_shows_the_collision_too():
    women = plan_women(PhantomOptions(patients=60, kind="mini-ddsm-like"))
    assert len({woman.number for woman in women}) < 60


def test_demo_numbers_tell_nothing():
    women = plan_women(PhantomOptions(patients=600))
    ranks = [["normal", "benign", "malignant"].index(woman.label) for woman in women]
    numbers = [woman.number for woman in women]
    assert len(set(numbers)) == 600
    assert abs(spearmanr(ranks, numbers).statistic) < 0.12  # three standard errors
