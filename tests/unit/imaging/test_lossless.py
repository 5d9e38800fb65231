import cv2
import numpy as np
import pytest

from mammo.imaging.display import exact_png
from mammo.imaging.lossless import lossless
from mammo.imaging.reading import decode_image


def read_back(image):
    return decode_image("kept.png", exact_png(lossless(image)[0]))


def film(dtype, top):
    return np.random.default_rng(4).integers(0, top, (80, 70), endpoint=True).astype(dtype)


@pytest.mark.parametrize(
    ("stored", "bits"),
    [
        (film(np.uint8, 255), 8),
        (film(np.uint16, 4095), 12),
        (film(np.uint16, 4000), 12),
        (film(np.uint16, 65535), 16),
        (film(np.uint16, 5000), 16),
        (np.full((80, 70), 4097, np.uint16), 16),
        (np.zeros((80, 70), np.uint16), 8),
    ],
    ids=["8", "12", "12, not all used", "16", "16, dark", "one gray", "black"],
)
def test_stored_grays_come_back_bit_for_bit_in_the_fewest_bits(stored, bits):
    image = decode_image("film.png", bytes(cv2.imencode(".png", stored)[1])).pixels
    assert lossless(image)[1] == bits
    assert read_back(image).bits == bits
    np.testing.assert_array_equal(read_back(image).pixels, image)


@pytest.mark.parametrize("brightest", [1.0, 0.5, 0.07])
def test_grays_between_integers_are_rounded_to_sixteen_bits(brightest):
    image = (np.random.default_rng(5).random((80, 70)) * brightest).astype(np.float32)
    assert np.abs(read_back(image).pixels - image).max() <= 0.5001 / 65535


def test_a_very_dark_picture_is_not_brightened():
    image = (np.random.default_rng(6).random((80, 70)) * 0.05).astype(np.float32)
    assert np.abs(read_back(image).pixels - image).max() <= 0.5001 / 4095
