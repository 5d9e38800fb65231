"""Each method against exact small arrays and an independent implementation."""

import doctest
import importlib
import pkgutil

import cv2
import numpy as np
import pytest
from scipy import ndimage
from skimage import exposure, filters

import mammo.enhancement
from mammo.enhancement import ENHANCEMENTS
from mammo.errors import ParameterError


@pytest.fixture
def image():
    rng = np.random.default_rng(0)
    return np.rint((rng.beta(2, 5, (120, 90)) * 0.8 + 0.1) * 65535).astype(np.float32) / np.float32(65535)


def apply(name, image, **values):
    return ENHANCEMENTS[name](image, values)


@pytest.mark.parametrize("module", [one.name for one in pkgutil.iter_modules(mammo.enhancement.__path__)])
def test_the_examples_in_docstrings_hold(module):
    result = doctest.testmod(importlib.import_module(f"mammo.enhancement.{module}"), extraglobs={"np": np})
    assert result.failed == 0


def test_the_papers_stretch_is_rescaling_from_minimum_to_maximum(image):
    expected = exposure.rescale_intensity(image, in_range=(image.min(), image.max()), out_range=(0, 1))
    np.testing.assert_allclose(apply("contrast_stretch", image), expected, atol=1e-6)


@pytest.mark.parametrize(("low", "high"), [(1, 99), (0, 100), (5, 80.5)])
def test_percentiles_of_the_image_agree_with_numpys(image, low, high):
    ends = np.percentile(image, [low, high])
    expected = exposure.rescale_intensity(image, in_range=tuple(ends), out_range=(0, 1))
    enhanced = apply("stretch_percentiles", image, low=low, high=high, region="image")
    np.testing.assert_allclose(enhanced, expected, atol=1e-4)


def test_percentiles_of_the_breast_leave_air_and_labels_out():
    film = np.zeros((200, 160), np.float32)
    film[:, :90] = np.linspace(0.3, 0.5, 90, dtype=np.float32)
    film[5:25, 130:155] = 1
    whole = apply("stretch_percentiles", film, low=5, high=95, region="image")
    breast = apply("stretch_percentiles", film, low=5, high=95, region="breast")
    assert np.ptp(whole[:, 10:80]) < 0.6
    assert np.ptp(breast[:, 10:80]) > 0.75


def test_limits_agree_with_scikit_image(image):
    expected = exposure.rescale_intensity(image, in_range=(0.25, 0.6), out_range=(0, 1))
    np.testing.assert_allclose(apply("stretch_limits", image, black=0.25, white=0.6), expected, atol=1e-6)


def test_pieces_meet_at_their_corners():
    levels = np.array([[0, 0.2, 0.4, 0.5, 0.6, 1]], np.float32)
    enhanced = apply("stretch_piecewise", levels, r1=0.4, s1=0.1, r2=0.6, s2=0.9)
    np.testing.assert_allclose(enhanced, [[0, 0.05, 0.1, 0.5, 0.9, 1]], atol=1e-6)


def test_gamma_agrees_with_scikit_image(image):
    np.testing.assert_allclose(apply("gamma", image, gamma=0.6), exposure.adjust_gamma(image, 0.6), atol=1e-6)


def test_window_and_level_is_a_stretch_between_its_ends(image):
    np.testing.assert_allclose(
        apply("window_level", image, center=0.4, width=0.3),
        apply("stretch_limits", image, black=0.25, white=0.55),
        atol=1e-6,
    )


def test_equalisation_agrees_with_opencv_on_eight_bits():
    levels = np.random.default_rng(1).integers(20, 200, (90, 80)).astype(np.uint8)
    enhanced = apply("equalize_histogram", levels.astype(np.float32) / 255)
    np.testing.assert_allclose(enhanced * 255, cv2.equalizeHist(levels), atol=0.51)


def test_clahe_raises_local_contrast_as_scikit_images_does(image):
    ours = apply("clahe", image, clip_limit=4, tile_grid=4)
    theirs = exposure.equalize_adapthist(image, kernel_size=(30, 22), clip_limit=0.02)
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.9
    assert ours.std() > image.std()


@pytest.mark.parametrize("size", [224, 896])
def test_clahe_equals_opencvs_on_eight_bits_to_its_rounding_and_its_limit_clips(size):
    noise = np.random.default_rng(0).random((size, size), dtype=np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), size / 40)
    flat = np.float32(0.4) + np.float32(0.1) * (smooth - smooth.min()) / np.ptp(smooth)  # a tenth of the gray scale
    spread = {}
    for limit in (1, 2, 8):
        ours = apply("clahe", flat, clip_limit=limit, tile_grid=8)
        eight_bits = cv2.createCLAHE(limit, (8, 8)).apply(np.rint(flat * 255).astype(np.uint8)) / 255
        assert np.corrcoef(ours.ravel(), eight_bits.ravel())[0, 1] > 0.95
        spread[limit] = ours.std()
        assert spread[limit] == pytest.approx(eight_bits.std(), rel=0.2)
    assert 1.5 * flat.std() < spread[1] < 0.8 * spread[2] < 0.8 * 0.5 * spread[8]


def test_unsharp_masking_agrees_with_scikit_image(image):
    ours = apply("unsharp_mask", image, radius=2, amount=1)
    theirs = filters.unsharp_mask(image, radius=2, amount=1)
    np.testing.assert_allclose(ours[10:-10, 10:-10], theirs[10:-10, 10:-10], atol=2e-3)


def test_the_median_agrees_with_scipy_and_removes_dust(image):
    image[50, 50] = 1
    enhanced = apply("median", image, size=5)
    np.testing.assert_array_equal(enhanced, ndimage.median_filter(image, footprint=np.ones((5, 5)), mode="reflect"))
    assert enhanced[50, 50] < 0.9


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("stretch_percentiles", {"low": 60, "high": 40}, "must be below"),
        ("stretch_percentiles", {"low": 50, "high": 50}, "must be below"),
        ("stretch_limits", {"black": 0.5, "white": 0.5}, "must be below"),
        ("stretch_piecewise", {"r1": 0.8, "r2": 0.2}, "must be below"),
        ("stretch_piecewise", {"s1": 0.8, "s2": 0.2}, "must not be above"),
        ("window_level", {"width": 0}, "Window must lie between"),
        ("window_level", {"width": -1}, "Window must lie between"),
        ("gamma", {"gamma": float("nan")}, "Gamma must be a number"),
        ("median", {"size": 4}, "must be odd"),
    ],
    ids=str,
)
def test_values_that_do_not_fit_are_one_sentence(image, name, values, words):  # B25
    with pytest.raises(ParameterError, match=words):
        apply(name, image, **values)
