"""Who is in a set."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.stats.contingency import association

from mammo.phantoms import PhantomOptions
from mammo.phantoms.population import plan_women

LABELS = ["normal", "benign", "malignant"]


def scanner_association(women):
    """Cramer's V of class and scanner."""
    table = np.zeros((3, 4), int)
    for woman in women:
        table[LABELS.index(woman.label), "ABCD".index(woman.scanner)] += 1
    return association(table, method="cramer")


def test_a_demo_set_holds_the_classes_equally_often():
    women = plan_women(PhantomOptions(patients=225))
    assert Counter(woman.label for woman in women) == dict.fromkeys(LABELS, 75)


def test_every_breast_of_an_abnormal_demo_woman_has_a_lesion_in_both_views():
    for woman in plan_women(PhantomOptions(patients=30)):
        seen = sorted((lesion.laterality, view) for lesion in woman.lesions for view in lesion.views)
        expected = [("L", "CC"), ("L", "MLO"), ("R", "CC"), ("R", "MLO")]
        assert seen == (expected if woman.label != "normal" else [])
        assert all(lesion.label == woman.label and lesion.has_mass for lesion in woman.lesions)


def test_a_mini_ddsm_like_set_keeps_its_proportions_and_structure():
    women = plan_women(PhantomOptions(patients=1952, kind="mini-ddsm-like"))
    assert Counter(woman.label for woman in women) == {"normal": 602, "benign": 671, "malignant": 679}
    malignant = [woman for woman in women if woman.label == "malignant"]
    bilateral = [woman for woman in malignant if len({lesion.laterality for lesion in woman.lesions}) == 2]
    one_view = [woman for woman in malignant if any(len(lesion.views) == 1 for lesion in woman.lesions)]
    assert len(bilateral) == 61  # the number in Mini-DDSM v2, of 679
    assert len(one_view) == 48  # 7 %
    assert Counter(woman.scanner for woman in malignant) == {"A": 192, "B": 155, "C": 233, "D": 99}


@pytest.mark.parametrize("kind", ["demo", "mini-ddsm-like"])
def test_without_confound_the_scanner_tells_nothing(kind):
    assert scanner_association(plan_women(PhantomOptions(patients=240, kind=kind, confound=0))) < 0.05


def test_the_confound_grows_with_its_strength():
    sets = [plan_women(PhantomOptions(patients=240, confound=strength)) for strength in (0, 0.5, 1)]
    none, half, full = (scanner_association(women) for women in sets)
    assert none + 0.1 < half < full - 0.1
    assert full == pytest.approx(0.35, abs=0.05)


def test_mini_ddsm_itself_has_the_association_that_full_confound_copies():
    table = [[500, 0, 0, 102], [267, 130, 180, 94], [192, 155, 233, 99]]
    women = plan_women(PhantomOptions(patients=1952, kind="mini-ddsm-like"))
    assert scanner_association(women) == pytest.approx(association(table, method="cramer"), abs=0.005)


def test_ages_and_densities_lie_in_their_ranges():
    women = plan_women(PhantomOptions(patients=200))
    assert Counter(woman.density for woman in women) == {1: 60, 2: 90, 3: 40, 4: 10}
    assert all(35 <= woman.age <= 90 for woman in women)
    assert np.mean([woman.age for woman in women]) == pytest.approx(57, abs=3)


def test_the_seed_decides_everything():
    assert plan_women(PhantomOptions(patients=20, seed=1)) == plan_women(PhantomOptions(patients=20, seed=1))
    assert plan_women(PhantomOptions(patients=20, seed=1)) != plan_women(PhantomOptions(patients=20, seed=2))
