"""The preview is what training is fed: the same integers, on the CPU."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from mammo.augmentation.policy import POLICIES, Policy
from mammo.datasets.importing import import_collection
from mammo.imaging.display import exact_png, outlined_png
from mammo.models import MODELS
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.training.augmentation_preview import augmented_view, lesion_shares, prepare_film
from mammo.training.batches import LabelledImages, augmented
from mammo.training.items import film_items
from mammo.training.preparation import pipeline_of
from mammo.training.prepared import prepare_images, stored_bits
from mammo.training.presets import PRESETS


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory):
    """Twelve films of 12 bits with outlined lesions."""
    folder = tmp_path_factory.mktemp("films")
    write_phantoms(folder, PhantomOptions(patients=3, pitch_mm=1.5), processes=1)
    return import_collection(folder).samples


def training_batch(samples, pipeline, prepared_dir, policy, *, seed, epoch):
    """What the training loop feeds of every sample, shape (N, S, S), in the order of the samples."""
    items = film_items(samples, "case", ("normal", "benign", "malignant"))
    images = prepare_images(items, pipeline, prepared_dir)
    labels = np.array([item.label for item in items], np.int64)
    data = LabelledImages(images, labels, tuple(item.id for item in items))
    return augmented(data, np.arange(len(items)), policy, seed=seed, epoch=epoch)


@pytest.mark.parametrize("policy", [*POLICIES, "custom"])
@pytest.mark.parametrize("preset", ["paper-alexnet-adam", "recommended", "demo"])
def test_a_preview_has_the_very_integers_that_training_is_fed(phantoms, tmp_path, preset, policy):
    config = PRESETS[preset].config()
    pipeline = pipeline_of(config, MODELS[config.model])
    custom = {"steps": [{"name": "scaling", "values": {"low": 0.6, "high": 0.9}}, {"name": "rotation"}]}
    chosen = Policy.of(custom if policy == "custom" else policy)
    fed = training_batch(phantoms, pipeline, tmp_path, chosen, seed=42, epoch=7)
    for number in (0, 5, 11):
        film = prepare_film(phantoms[number], pipeline, bits=stored_bits(phantoms))
        view = augmented_view(film, chosen, seed=42, epoch=7)
        assert view.pixels.dtype == fed.dtype
        assert np.array_equal(view.pixels, fed[number])


def test_films_of_8_bits_are_previewed_with_8_bits_as_they_are_trained(films, tmp_path):
    config = PRESETS["demo"].config()
    pipeline = pipeline_of(config, MODELS[config.model])
    fed = training_batch(films, pipeline, tmp_path, POLICIES["paper"], seed=1, epoch=0)
    order = [item.sample for item in film_items(films, "case", ("normal", "benign", "malignant"))]
    view = augmented_view(prepare_film(order[3], pipeline, bits=stored_bits(films)), POLICIES["paper"], seed=1, epoch=0)
    assert view.pixels.dtype == np.uint8
    assert np.array_equal(view.pixels, fed[3])


def test_a_png_gives_the_stored_integers_back(phantoms):
    config = PRESETS["recommended"].config()
    film = prepare_film(phantoms[0], pipeline_of(config, MODELS[config.model]), bits=16)
    with Image.open(BytesIO(exact_png(film.pixels))) as picture:
        assert np.array_equal(np.asarray(picture), film.pixels)


def outlined_film(phantoms):
    config = PRESETS["demo"].config()
    sample = next(sample for sample in phantoms if sample.lesions)
    return prepare_film(sample, pipeline_of(config, MODELS[config.model]), bits=16)


def test_without_augmentation_a_lesion_stays_where_it_is(phantoms):
    film = outlined_film(phantoms)
    view = augmented_view(film, POLICIES["none"], seed=0, epoch=0)
    assert np.array_equal(view.lesion, film.lesion)
    assert lesion_shares(film, POLICIES["none"], seed=0, draws=100) == (1.0,) * 100


def test_a_shift_takes_away_the_share_of_the_lesion_that_leaves(phantoms):
    film = outlined_film(phantoms)
    policy = Policy.of({"steps": [{"name": "translation", "values": {"shift": 113}}]})
    view = augmented_view(film, policy, seed=3, epoch=2)
    shares = lesion_shares(film, policy, seed=3, draws=100)
    assert shares[2] == view.lesion_kept
    assert abs(view.lesion.sum() / film.lesion.sum() - view.lesion_kept) < 0.1
    assert min(shares) < 0.5 < max(shares)


def test_a_film_without_a_lesion_has_no_shares(phantoms):
    config = PRESETS["demo"].config()
    normal = next(sample for sample in phantoms if not sample.lesions)
    film = prepare_film(normal, pipeline_of(config, MODELS[config.model]), bits=16)
    assert film.lesion is None
    assert lesion_shares(film, POLICIES["paper"], seed=0, draws=10) == ()
    assert augmented_view(film, POLICIES["paper"], seed=0, epoch=0).lesion_kept is None


def test_an_outline_is_drawn_around_the_lesion_and_nowhere_else():
    stored = np.full((60, 60), 100, np.uint8)
    inside = np.zeros((60, 60), np.bool_)
    inside[20:30, 20:30] = True
    picture = cv2.imdecode(np.frombuffer(outlined_png(stored, inside), np.uint8), cv2.IMREAD_COLOR)
    changed = (picture != 100).any(axis=2)
    assert picture.shape == (120, 120, 3)
    assert changed[34:64, 34:64].any()
    changed[34:64, 34:64] = False
    assert not changed.any()
