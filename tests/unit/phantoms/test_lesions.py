"""Lesions by themselves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mammo.phantoms.calcifications import draw_calcifications
from mammo.phantoms.findings import PlannedLesion
from mammo.phantoms.grid import Grid
from mammo.phantoms.masses import draw_mass

CENTER_MM = (90.0, 120.0)


def planned(label, radius_mm=10.0):
    return PlannedLesion(label, "L", ("CC", "MLO"), radius_mm, True, False, 0.5, {"CC": 0.0, "MLO": 0.0})


def masses(label, count=12):
    return [draw_mass(Grid(0.75), CENTER_MM, planned(label), np.random.default_rng(seed)) for seed in range(count)]


def roundness(mask):
    """4 pi area / perimeter^2: 1 for a disc, small for a star."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(outlines, key=len)
    return 4 * np.pi * cv2.contourArea(largest) / cv2.arcLength(largest, closed=True) ** 2


@pytest.mark.parametrize(("label", "height"), [("benign", 0.55), ("malignant", 1.0)])
def test_a_mass_is_as_high_as_its_class_says_and_gone_far_away(label, height):
    for drawn, _ in masses(label):
        assert drawn.max() == pytest.approx(height, rel=0.05)
        assert not drawn[:50].any()  # more than 80 mm above its center


def test_a_benign_mass_covers_the_area_of_its_radius():
    areas = [mask.sum() * 0.75**2 for _, mask in masses("benign")]
    assert np.mean(areas) == pytest.approx(np.pi * 10**2, rel=0.12)


def test_malignant_masses_are_less_round_than_benign_ones():
    benign, malignant = ([roundness(mask) for _, mask in masses(label)] for label in ("benign", "malignant"))
    assert max(malignant) < min(benign)


def test_a_mass_lies_around_its_center():
    for _, mask in masses("malignant"):
        rows, columns = np.nonzero(mask)
        assert (rows.mean() + 0.5) * 0.75 == pytest.approx(120, abs=3)
        assert (columns.mean() + 0.5) * 0.75 == pytest.approx(90, abs=3)


@pytest.mark.parametrize(("label", "low", "high"), [("benign", 3, 8), ("malignant", 10, 24)])
def test_a_cluster_has_as_many_calcifications_as_its_class(label, low, high):
    for seed in range(10):
        drawn, hull = draw_calcifications(Grid(0.2), CENTER_MM, label, np.random.default_rng(seed))
        peaks = (drawn == cv2.dilate(drawn, np.ones((3, 3)))) & (drawn > 0.1)
        assert low - 2 <= peaks.sum() <= high  # two that touch make one peak
        assert not drawn[~hull].max() > 0.1


def test_a_calcification_below_the_pixel_size_fades_with_its_area():
    fine, coarse = (
        draw_calcifications(Grid(pitch), CENTER_MM, "malignant", np.random.default_rng(0))[0] for pitch in (0.25, 1.0)
    )
    assert fine.sum() * 0.25**2 == pytest.approx(coarse.sum(), rel=0.05)  # the same mass of calcium
    assert coarse.max() < fine.max()
