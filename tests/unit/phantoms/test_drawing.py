"""Whole pictures: orientation, planted lesions, shared texture."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mammo.phantoms import PhantomOptions
from mammo.phantoms.drawing import draw_woman
from mammo.phantoms.population import plan_women


def lesion_contrast(view, mask):
    """Mean gray level of a mask above that of the 6 mm around it inside the breast."""
    near = cv2.dilate(mask.astype(np.uint8), np.ones((9, 9))).astype(bool)
    return view.pixels[mask].mean() - view.pixels[near & ~mask & view.breast].mean()


def planted(women, label):
    return [
        (view, mask) for _, views in women for view in views for lesion, mask in view.lesions if lesion.label == label
    ]


def test_a_view_is_a_gray_image_of_the_film(demo_women):
    _, views = demo_women[0]
    assert [(view.laterality, view.view) for view in views] == [("L", "CC"), ("L", "MLO"), ("R", "CC"), ("R", "MLO")]
    for view in views:
        assert view.pixels.shape == view.breast.shape == (160, 120)  # 240 x 180 mm
        assert view.pixels.dtype == np.float32
        assert view.pixels.min() >= 0
        assert view.pixels.max() <= 1


def test_the_chest_wall_lies_left_in_left_views_and_right_in_right_ones(demo_women):
    for _, views in demo_women:
        for view in views:
            left, right = np.hsplit(view.breast, 2)
            assert (left.sum() > right.sum()) == (view.laterality == "L")


def test_the_breast_fills_a_plausible_share_of_the_film(demo_women):
    shares = [view.breast.mean() for _, views in demo_women for view in views]
    assert min(shares) > 0.2
    assert max(shares) < 0.65


def test_only_an_mlo_view_shows_the_muscle(demo_women):
    for _, (cc, mlo, *_) in demo_women:
        assert not cc.breast[:8, :8].any()
        assert mlo.pixels[8:12, 4:8].mean() > np.median(mlo.pixels[mlo.breast])


def test_masks_lie_in_the_breast_and_have_a_lesions_size(demo_women):
    for view, mask in planted(demo_women, "benign") + planted(demo_women, "malignant"):
        assert not (mask & ~view.breast).any()
        assert 60 < mask.sum() * 1.5**2 < 2500  # mm2: a disc of 5 mm radius has 79


@pytest.mark.parametrize("label", ["benign", "malignant"])
def test_a_planted_mass_is_brighter_than_its_surroundings(demo_women, label):
    contrasts = [lesion_contrast(view, mask) for view, mask in planted(demo_women, label)]
    assert len(contrasts) == 8  # two women, two breasts, two views
    assert min(contrasts) > 0
    assert np.median(contrasts) > 0.1


def test_malignant_masses_stand_out_more_than_benign_ones(demo_women):
    benign, malignant = (
        np.median([lesion_contrast(view, mask) for view, mask in planted(demo_women, label)])
        for label in ("benign", "malignant")
    )
    assert malignant > benign


def test_nothing_is_planted_in_a_normal_woman(demo_women):
    assert planted(demo_women, "normal") == []
    assert all(view.lesions == () for woman, views in demo_women if woman.label == "normal" for view in views)


@pytest.mark.parametrize("label", ["benign", "malignant"])
def test_a_lesion_changes_its_mask_and_hardly_anything_else(demo_women, label):
    woman, views = next(pair for pair in demo_women if pair[0].label == label)
    healthy = draw_woman(replace(woman, lesions=()), PhantomOptions(patients=6, seed=3, pitch_mm=1.5))
    changes = [view.pixels - before.pixels for view, before in zip(views, healthy, strict=True)]
    masks = [view.lesions[0][1] for view in views]
    inside = [change[mask].mean() for change, mask in zip(changes, masks, strict=True)]
    outside = [change[view.breast & ~mask].mean() for change, view, mask in zip(changes, views, masks, strict=True)]
    assert np.mean(inside) > 0.1
    assert np.abs(outside).max() < 0.03


def test_the_two_projections_of_a_lesion_lie_equally_far_from_the_chest_wall(demo_women):
    woman, (cc, mlo, *_) = next(pair for pair in demo_women if pair[0].label == "malignant")
    depths = [np.nonzero(view.lesions[0][1])[1].mean() * 1.5 for view in (cc, mlo)]
    assert depths[0] == pytest.approx(depths[1], abs=25)  # mm; room beside skin and muscle may move it
    assert woman.lesions


def fine_structure(view):
    """Texture of the breast, without shape and exposure; chest wall at the left."""
    turned = view.pixels if view.laterality == "L" else view.pixels[:, ::-1]
    fine = cv2.GaussianBlur(turned, (0, 0), 1.5) - cv2.GaussianBlur(turned, (0, 0), 8)
    return fine[50:110, 5:45].ravel()


@pytest.mark.parametrize(("share", "low", "high"), [(0, -0.2, 0.3), (1, 0.6, 1)])
def test_views_of_a_woman_share_as_much_texture_as_is_asked(share, low, high):
    options = PhantomOptions(patients=12, seed=5, pitch_mm=1.5, patient_texture=share)
    normals = [woman for woman in plan_women(options) if woman.label == "normal"]
    correlations = []
    for woman in normals:
        left_cc, _, right_cc, _ = draw_woman(woman, options)
        correlations.append(np.corrcoef(fine_structure(left_cc), fine_structure(right_cc))[0, 1])
    assert low < np.mean(correlations) < high


def test_the_scanner_shows_in_the_dark_of_the_film():
    options = PhantomOptions(patients=3, seed=1, pitch_mm=2)
    woman = plan_women(options)[0]
    air = {
        scanner: np.median(draw_woman(replace(woman, scanner=scanner), options)[0].pixels[40:80, -20:-5])
        for scanner in "ABCD"
    }
    assert air["B"] > air["C"] > max(air["A"], air["D"])
