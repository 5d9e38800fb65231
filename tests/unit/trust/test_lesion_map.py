"""A model of regions slid over a film: a planted one finds the planted lesion, and its scores are those of its maps."""

import json
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from mammo.errors import ParameterError
from mammo.evaluation.localisation import localization
from mammo.imaging.reading import LoadedImage
from mammo.models import MODELS
from mammo.training.config import TrainingConfig
from mammo.training.preparation import pipeline_of
from mammo.trust.lesion_map import lesion_map
from mammo.trust.lesion_map_scores import LesionMapScores, film_scores, summarized_films

NAMES = ("normal", "benign", "malignant")


def planted(logit, names=NAMES, region="lesion"):
    """A model whose logit for the last class is a function of a square's mean gray value."""
    config = TrainingConfig.of(
        {"model": "small", "weights": "none", "image_size": 64, "region": region, "enhancement": "none"}
    )

    def head(activations):
        seen = logit(activations[:, 0].mean((1, 2)))
        return torch.stack([torch.zeros_like(seen), torch.full_like(seen, -9.0), seen], dim=1)

    spec = replace(MODELS["small"], split=lambda _network, _layer: (lambda inputs: inputs, head))
    pipeline = replace(pipeline_of(config, spec), mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    return SimpleNamespace(spec=spec, network=None, class_names=names, pipeline=pipeline, config=config)


@pytest.fixture(scope="module")
def film():
    """A breast of middle gray at the left with a bright lesion, shape (600, 400); and where the lesion is."""
    pixels, lesion = np.zeros((600, 400), np.float32), np.zeros((600, 400), np.uint8)
    cv2.ellipse(pixels, (0, 300), (300, 260), 0, 0, 360, 0.4, -1)
    cv2.circle(lesion, (170, 220), 30, 1, -1)
    pixels[lesion > 0] = 0.9
    return LoadedImage(pixels, 8, "PNG"), lesion


def test_the_strongest_place_is_the_planted_lesion_and_nothing_lies_outside_the_breast(film):
    image, _ = film
    found = lesion_map(planted(lambda gray: 40 * (gray - 0.6)), image, side_share=0.1)
    scale = found.heatmap.shape[0] / 600
    row, column = np.unravel_index(found.heatmap.argmax(), found.heatmap.shape)
    assert np.hypot(row / scale - 220, column / scale - 170) < 15
    assert found.heatmap.shape == found.breast.shape == (512, 341)
    assert not found.heatmap[~found.breast].any()
    assert found.heatmap.max() <= 1


def test_a_square_about_a_place_has_the_answer_that_stands_there(film):
    image, _ = film
    found = lesion_map(planted(lambda gray: 4 * gray), image, side_share=0.1)
    row, column = 300, 100  # of the film; far from the lesion and the breast's edge
    score = 1 - 1 / (1 + np.exp(-9) + np.exp(4 * 0.4))
    assert found.heatmap[round(row * 512 / 600), round(column * 512 / 600)] == pytest.approx(score, abs=0.01)


def test_the_grid_is_as_fine_as_asked(film):
    image, _ = film
    coarse, fine = (
        lesion_map(planted(lambda gray: gray), image, side_share=0.1, stride=stride).squares for stride in (0.5, 0.25)
    )
    assert 3.5 < fine / coarse < 4.5


def test_random_channels_are_drawn_from_the_seed(film):
    image, _ = film
    model = planted(lambda gray: gray)
    first, again, other = (lesion_map(model, image, side_share=0.2, seed=seed) for seed in (0, 0, 1))
    assert all((one == two).all() for one, two in zip(first.random_channels, again.random_channels, strict=True))
    assert len(first.random_channels) == 3
    assert any((one != two).any() for one, two in zip(first.random_channels, other.random_channels, strict=True))


@pytest.mark.parametrize("values", [{"region": "none"}, {"names": ("benign", "malignant")}], ids=str)
def test_only_a_model_of_regions_that_knows_normal_is_slid(film, values):
    with pytest.raises(ParameterError, match="Only a model of regions"):
        lesion_map(planted(None, **values), film[0], side_share=0.1)


@pytest.fixture(scope="module")
def scored(film):
    image, lesion = film
    small = cv2.resize(lesion, (341, 512), interpolation=cv2.INTER_AREA) > 0
    found = [lesion_map(planted(lambda gray, k=k: k * (gray - 0.6)), image, side_share=0.1) for k in (40, -40)]
    return found, small, [film_scores(one, small) for one in found]


def test_scores_of_a_film_are_those_of_each_of_its_maps(scored):
    (found, _), lesion, (scores, _) = scored
    assert scores.own == localization(found.heatmap, lesion, found.breast, tolerance_px=10)
    assert (scores.own.hit, scores.center.hit) == (1, 0)
    assert scores.own.energy_share > 3 * scores.own.chance
    assert len(scores.random_channels) == 3


def test_a_map_that_calls_nearly_everything_says_that_its_extent_is_nothing(scored):
    (finds, shuns), _, (of_finds, of_shuns) = scored
    women = [f"w{number}" for number in range(12)]
    assert of_shuns.called == np.mean(shuns.heatmap[shuns.breast] > 0.5) > 0.8
    assert of_finds.called == np.mean(finds.heatmap[finds.breast] > 0.5) < 0.2
    assert "their extent says nothing" in summarized_films([of_shuns] * 12, women).reach
    assert "their extent says nothing" not in summarized_films([of_finds] * 12, women).reach


def test_scores_of_maps_drawn_before_their_reach_was_measured_are_read_and_say_nothing_of_it(scored):
    kept = summarized_films(scored[2], ["a", "b"]).to_json()
    older = {name: value for name, value in kept.items() if name not in ("called", "energy_over_center")}
    assert LesionMapScores.from_json(older).reach == ""


def test_a_map_that_finds_lesions_passes_and_one_that_shuns_them_does_not(scored):
    _, _, (finds, shuns) = scored
    women = [f"w{number}" for number in range(12)]
    assert not {"The map lies on outlined lesions no more than chance."} & set(
        summarized_films([finds] * 12, women).failures
    )
    assert "The map lies on outlined lesions no more than chance." in summarized_films([shuns] * 12, women).failures


def test_means_are_film_by_film_and_come_back_from_json(scored):
    _, _, films = scored
    found = summarized_films(films * 2, ["a", "b", "a", "b"])
    assert found.hit.value == np.mean([one.own.hit for one in films])
    random = np.mean([[one.energy_share for one in film.random_channels] for film in films])
    own = np.mean([film.own.energy_share for film in films])
    assert found.energy_over_random.value == pytest.approx(own - random, abs=1e-12)
    center = np.mean([film.center.energy_share for film in films])
    assert found.energy_over_center.value == pytest.approx(own - center, abs=1e-12)
    assert (found.films, found.women) == (4, 2)
    assert LesionMapScores.from_json(json.loads(json.dumps(found.to_json()))) == found
