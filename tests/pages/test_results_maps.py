"""Results: heat maps that were drawn beforehand, and lesion maps of whole films with their scores."""

import json

import cv2
import numpy as np
import pytest

from mammo.config import settings
from mammo.evaluation.intervals import Interval
from mammo.prediction.kept import keep_answer, kept_path
from mammo.prediction.wire import Answer
from mammo.store import NewJob
from mammo.trust.lesion_map_scores import LesionMapScores
from tests.pages.conftest import WORKER
from tests.pages.test_results import results, tiles
from tests.pages.test_results_sections import decoded
from tests.pages.words import unescaped

__all__ = ["results"]
PNG = cv2.imencode(".png", np.tile(np.arange(64, dtype=np.uint8) * 4, (96, 1)))[1].tobytes()
SURE, UNSURE = Interval(0.4, 0.2, 0.6), Interval(0.1, -0.1, 0.3)


def kept(tested, sample, method, fold=0):
    answer = Answer(
        label="benign", probabilities={"not normal": 0.8, "normal": 0.2}, explained_label="benign", warnings=(),
        weights_sha256="00", pipeline_hash="11", model="Small", cam_layers=("last",), is_whole=True, picture=PNG,
        heatmap=PNG, network_input=b"",
    )  # fmt: skip
    keep_answer(kept_path(settings().job_dir(tested), method, sample.sha256, fold, None), answer)


@pytest.fixture
def all_drawn(store, tested):
    for sample in store.data_sets.samples("phantoms"):
        kept(tested, sample, "grad_cam")


def test_maps_drawn_beforehand_are_shown_without_the_prediction_process(results, all_drawn):
    app = results(true="normal", called="benign")
    assert all(tile["picture"].startswith("data:image/jpeg") for tile in tiles(app))
    assert len(tiles(app)) == 2


def test_when_all_maps_are_drawn_the_page_says_so(results, all_drawn):
    drawn = unescaped("\n".join(one.value for one in results(section="maps").markdown))
    assert "Grad-CAM maps of all 12\N{NO-BREAK SPACE}test images are drawn" in drawn


def test_a_click_queues_the_job_that_draws_the_rest(results, store, tested):
    kept(tested, store.data_sets.samples("phantoms")[0], "layer_cam")
    app = results(section="maps", beforehand="layer_cam")
    assert any("LayerCAM: 1 of 12 test images drawn" in unescaped(one.value) for one in app.caption)
    next(one for one in app.button if one.label == "Draw all of them").click().run()
    job = store.jobs.get(max(one.id for one in store.jobs.list()))
    assert (job.kind, job.config) == ("heatmaps", {"job": tested, "method": "layer_cam"})


def scores(**changes):
    names = [name for name, kind in LesionMapScores.__annotations__.items() if kind == "Interval"]
    return LesionMapScores(films=4, women=2, **{**dict.fromkeys(names, SURE), **changes})


@pytest.fixture
def slid(store, data_set, tested):
    """A training of regions with lesion maps of two films, scored as asked."""

    def made(found):
        config = {"model": "small", "region": "lesion"}
        job = store.jobs.submit(NewJob("training", config, "guest", data_set.name), WORKER)
        store.jobs.begin(job.id, 1, {})
        store.predictions.save(job.id, 1, store.predictions.load(tested, "test"))
        store.jobs.finish(job.id, 1, {**store.jobs.get(tested).result, "notes": []})
        films = [sample for sample in store.data_sets.samples("phantoms") if sample.lesions][:2]
        for sample in films:
            kept(job.id, sample, "lesion_maps")
        maps = store.jobs.submit(NewJob("lesion_maps", {"job": job.id}, "guest", data_set.name), WORKER)
        store.jobs.begin(maps.id, 1, {})
        listed = [{"sample": sample.id, "fold": 0} for sample in films]
        store.jobs.finish(maps.id, 1, {"job": job.id, "scores": found.to_json(), "films": listed})
        return str(job.id), films

    return made


def grid(app):
    found = [one for one in app.get("bidi_component") if "lesion_maps.grid" in one.proto.id]
    return json.loads(found[0].proto.json)[1] if found else []


def test_lesion_maps_stand_beside_random_channels_and_the_middle_and_open_large(results, slid):
    job, films = slid(scores())
    app = results(job=job, section="maps")
    said = unescaped("\n".join(one.value for one in [*app.markdown, *app.caption]))
    assert "The maps pass every comparison" in said
    assert [tile["id"] for tile in grid(app)] == [sample.id for sample in films]
    large = results(job=job, section="maps", film=films[1].id)
    assert any(films[1].path.name in unescaped(one.value) for one in large.caption)
    assert not grid(large)


def test_a_map_that_is_no_better_than_chance_is_said_to_be(results, slid):
    job, _ = slid(scores(energy_over_chance=UNSURE))
    app = results(job=job, section="maps")
    assert any("no more than chance" in one.value for one in app.warning)
    assert not any("pass every comparison" in one.value for one in app.markdown)


@pytest.mark.parametrize("energy", [SURE, UNSURE])
def test_films_with_maps_not_to_be_trusted_are_gray_but_for_the_outlines(results, slid, energy):
    job, _ = slid(scores(energy_over_chance=energy))
    for tile in grid(results(job=job, section="maps")):
        picture = decoded(tile["picture"])
        red, blue = picture[..., 2], picture[..., 0]
        assert (red - blue > 60).any() == (energy is SURE)  # of the scale
        assert (blue - red > 60).any()  # of the dashes
        assert ("not to be trusted" in tile["alt"]) == (energy is UNSURE)


def test_before_that_a_click_queues_the_job(results, store, data_set, tested):
    job = store.jobs.submit(NewJob("training", {"model": "small", "region": "lesion"}, "guest", data_set.name), WORKER)
    store.jobs.begin(job.id, 1, {})
    store.predictions.save(job.id, 1, store.predictions.load(tested, "test"))
    store.jobs.finish(job.id, 1, store.jobs.get(tested).result)
    app = results(job=str(job.id), section="maps")
    next(one for one in app.button if one.label == "Slide it over films").click().run()
    queued = store.jobs.get(max(one.id for one in store.jobs.list()))
    assert (queued.kind, queued.config) == ("lesion_maps", {"job": job.id})
