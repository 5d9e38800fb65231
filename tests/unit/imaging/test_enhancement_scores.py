import numpy as np
import pytest
from skimage.measure import shannon_entropy
from skimage.metrics import peak_signal_noise_ratio

from mammo.imaging.enhancement_scores import enhancement_scores


@pytest.fixture
def pair():
    before = np.random.default_rng(0).random((64, 64), np.float32) * 0.5
    return before, before * 1.5


def test_psnr_and_entropy_agree_with_scikit_image(pair):
    scores = enhancement_scores(*pair)
    assert scores.psnr == pytest.approx(peak_signal_noise_ratio(*pair, data_range=1), rel=1e-5)
    assert scores.entropy == pytest.approx(shannon_entropy(np.rint(pair[1] * 255)), rel=1e-6)


def test_brightness_error_is_the_difference_of_means(pair):
    assert enhancement_scores(*pair).ambe == pytest.approx(float(pair[0].mean()) * 0.5, rel=1e-4)


def test_an_unchanged_picture_has_no_signal_to_noise_ratio(pair):
    scores = enhancement_scores(pair[0], pair[0])
    assert (scores.psnr, scores.ambe, scores.cii) == (None, 0, 1)


def test_a_constant_picture_has_no_contrast_to_improve():
    flat = np.full((64, 64), 0.5, np.float32)
    scores = enhancement_scores(flat, flat)
    assert (scores.cii, scores.entropy, scores.eme) == (None, 0, 0)


def test_contrast_of_a_lesion_against_its_ring():
    before, after = (np.full((64, 64), 0.2, np.float32) for _ in range(2))
    lesion = np.zeros((64, 64), bool)
    lesion[28:36, 28:36] = True
    before[lesion], after[lesion] = 0.3, 0.6
    assert enhancement_scores(before, after, lesion=lesion).cii == pytest.approx(0.5 / 0.2, rel=1e-5)


def test_the_measure_of_enhancement_by_hand():
    image = np.zeros((8, 8), np.float32)
    image[::2] = 1
    assert enhancement_scores(image, image).eme == 0  # one pixel a block: nothing differs within
    wide = np.kron(image, np.ones((1, 1), np.float32)).repeat(2, axis=1).repeat(2, axis=0)
    wide[::4] = 0
    expected = 20 * np.log((1 + 1 / 255) / (1 / 255)) / 2
    assert enhancement_scores(wide, wide).eme == pytest.approx(expected, rel=1e-6)
