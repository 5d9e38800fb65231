from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mammo.datasets.likeness import ALIKE, alike_pairs, equal_pairs, lookalike_pairs, mark_alike
from mammo.imaging.reading import read_image
from mammo.imaging.signature import image_signature


def breast(seed):
    """A noisy half-disc on black, shape (256, 192), values in [0, 1]; the outline is the same for every seed."""
    rows, columns = np.mgrid[:256, :192]
    outline = (rows - 128) ** 2 + columns**2 < 115**2
    tissue = np.random.default_rng(seed).random((256, 192), np.float32)
    return (outline * np.clip(0.5 + 4 * (cv2.GaussianBlur(tissue, (0, 0), 8) - 0.5), 0, 1)).astype(np.float32)


def as_jpeg(image):
    encoded = cv2.imencode(".jpg", (255 * image).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    return cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED).astype(np.float32) / 255


CLOTHES = {
    "jpeg": as_jpeg,
    "half the size": lambda image: cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "gamma": lambda image: image**0.7,
    "stretched": lambda image: np.clip((image - 0.1) / 0.7, 0, 1),
    "noisy": lambda image: image + np.random.default_rng(0).normal(0, 0.02, image.shape).astype(np.float32),
}


@pytest.mark.parametrize("change", CLOTHES.values(), ids=CLOTHES)
def test_the_same_film_in_other_clothes_is_alike(change):
    assert image_signature(breast(1)) @ image_signature(change(breast(1))) >= ALIKE


def test_another_breast_of_the_same_outline_is_not_alike():
    assert image_signature(breast(1)) @ image_signature(breast(2)) < ALIKE


def test_a_signature_has_length_one_and_a_constant_image_is_like_nothing():
    constant = image_signature(np.full((64, 64), 0.5, np.float32))

    assert np.linalg.norm(image_signature(breast(1))) == pytest.approx(1)
    assert alike_pairs([constant, constant]) == []


def test_pairs_are_found_across_all_rows_of_a_large_table():
    rng = np.random.default_rng(3)
    signatures = [image_signature(rng.random((32, 32), np.float32)) for _ in range(2500)]
    for first, second in ((0, 1), (5, 2400), (1023, 1024), (2000, 2499)):
        signatures[second] = signatures[first]

    assert alike_pairs(signatures) == [(0, 1), (5, 2400), (1023, 1024), (2000, 2499)]


def test_no_images_have_no_pairs():
    assert alike_pairs([]) == []


def test_samples_are_told_which_others_look_like_them_though_their_bytes_differ(sample):
    first, again, copy, other = (sample(name, "normal") for name in ("a", "b", "c", "d"))
    copy = replace(copy, sha256=first.sha256)
    signatures = {one.sha256: image_signature(breast(1)) for one in (first, again)}
    signatures[other.sha256] = image_signature(breast(2))
    marked = mark_alike([first, again, copy, other], signatures)

    assert [one.alike for one in marked] == [("b",), ("a", "c"), ("b",), ()]
    assert lookalike_pairs(marked) == [("a", "b"), ("b", "c")]
    assert equal_pairs(marked) == [("a", "c")]


@pytest.mark.shared
def test_no_two_real_films_are_taken_for_one(shared):
    paths = sorted((shared / "data" / "mias-dev" / "images").glob("*.png"))
    signatures = [image_signature(read_image(path).pixels) for path in paths]

    assert len(signatures) == 224
    assert alike_pairs(signatures) == []
