"""Texts beside the pictures."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mammo.phantoms import PhantomOptions
from mammo.phantoms.descriptions import case_description, chain_code, overlay, synthetic_note


def test_a_chain_code_walks_around_the_mask_and_comes_back():
    mask = np.zeros((5, 6), bool)
    mask[1:3, 2:5] = True
    x, y, *codes, end = chain_code(mask).split()
    steps = np.array([(0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1)])[[int(c) for c in codes]]
    points = {(int(x) + dx, int(y) + dy) for dx, dy in np.cumsum(steps, axis=0).tolist()}
    assert points == {(2, 1), (3, 1), (4, 1), (2, 2), (3, 2), (4, 2)}
    assert steps.sum(axis=0).tolist() == [0, 0]
    assert end == "#"


def test_a_single_pixel_has_no_steps():
    mask = np.zeros((3, 3), bool)
    mask[1, 2] = True
    assert chain_code(mask) == "2 1 #"


def test_a_case_description_tells_age_density_and_size_in_micrometres(demo_women):
    woman, views = demo_women[0]
    text = case_description(woman, views, PhantomOptions(patients=6, seed=3, pitch_mm=1.5))
    assert f"PATIENT_AGE {woman.age}\n" in text
    assert f"DENSITY {woman.density}\n" in text
    assert re.search(r"LEFT_CC LINES 160 PIXELS_PER_LINE 120 BITS_PER_PIXEL 16 RESOLUTION 1500 (NON_)?OVERLAY\n", text)


@pytest.mark.parametrize(("label", "words"), [("benign", "CIRCUMSCRIBED"), ("malignant", "SPICULATED")])
def test_an_overlay_tells_each_lesions_character(demo_women, label, words):
    view = next(views[0] for woman, views in demo_women if woman.label == label)
    text = overlay(view.lesions)
    assert text.startswith("TOTAL_ABNORMALITIES 1\n")
    assert f"LESION_TYPE MASS SHAPE {'OVAL' if label == 'benign' else 'IRREGULAR'} MARGINS {words}\n" in text
    assert f"PATHOLOGY {label.upper()}\n" in text


def test_the_note_says_that_no_person_is_shown():
    note = synthetic_note(PhantomOptions(kind="mini-ddsm-like"))
    assert "none shows a person" in note
    assert "strength of the scanner confound: 1\n" in note
