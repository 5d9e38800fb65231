"""The Results page: its matrix and images, what its address may name, a prediction process that is away."""

import json
from dataclasses import replace

import pytest

from mammo.config import settings
from mammo.datasets.regions import lesion_regions
from mammo.imaging.reading import read_image
from mammo.models import MODELS
from mammo.store import NewJob, PredictionRecord
from mammo.training.config import TrainingConfig
from mammo.training.preparation import pipeline_of
from tests.pages.conftest import WORKER
from tests.pages.stand_in import StandIn
from tests.pages.words import unescaped

PAGE = "pages/results.py"
CELL = {"true": "normal", "called": "benign"}


@pytest.fixture
def results(app):
    """Opens the page, with an address if there is one."""

    def opened(**address):
        app.query_params.clear()
        for name, value in address.items():
            app.query_params[name] = value
        app.switch_page(PAGE).run()
        assert not app.exception
        return app

    return opened


def tiles(app):
    grids = [one for one in app.get("bidi_component") if "results.grid" in one.proto.id]
    return json.loads(grids[0].proto.json)[1] if grids else []


def cells(app):
    return [button for button in app.button if (button.key or "").startswith("cell-")]


def test_without_a_finished_training_the_page_says_what_it_needs(results, data_set):
    app = results()
    assert "No training has finished yet" in app.info[0].value
    assert app.get("page_link")[0].proto.label == "Start a training"


def test_the_matrix_holds_every_count_and_its_share_of_the_true_class(results, store, tested):
    counts = store.jobs.get(tested).result["test"]["confusion"]["counts"]
    shown = [button.label.split("**")[1] for button in cells(results())]
    assert shown == [str(count) for row in counts for count in row]


def test_a_click_on_a_cell_shows_its_images_with_heat_maps(results, tested, predictor):
    app = results()
    next(button for button in cells(app) if button.key == "cell-0-1").click().run()
    assert dict(app.query_params) | {"true": "normal", "called": "benign"} == dict(app.query_params)
    while any(tile["picture"] is None for tile in tiles(app)):
        app.run()
    assert len(tiles(app)) == 2
    assert all(", normal, called benign 0.60" in tile["alt"] for tile in tiles(app))


def test_an_empty_cell_says_so(results, tested):
    assert results(true="benign", called="malignant").info[0].value == "No image here."


def test_the_preparation_of_an_image_is_shown_step_by_step_down_to_the_networks_size(results, store, tested, predictor):
    config = TrainingConfig.of(store.jobs.get(tested).config)
    labels = [
        label
        for label, _ in pipeline_of(config, MODELS[config.model]).stages(
            read_image(store.data_sets.samples("phantoms")[1].path).pixels
        )
    ]
    app = results(image=store.data_sets.samples("phantoms")[1].id, **CELL)
    next(one for one in app.toggle if one.label == "Show the preparation").set_value(True).run()
    assert not app.exception
    shown = [unescaped(one.value) for one in app.markdown]
    assert [f"**{number}. {label}**" in shown for number, label in enumerate(labels) if number] == [True] * (
        len(labels) - 1
    )
    side = pipeline_of(config, MODELS[config.model]).image_size
    assert any(one.value == f"{side} by {side} pixels" for one in app.caption)


def test_an_image_is_explained_large_with_its_truth_and_the_reasons_to_doubt(results, store, tested, predictor):
    predictor.facts["warnings"] = ("cut *off* at the nipple",)
    wanted = store.data_sets.samples("phantoms")[1]
    app = results(image=wanted.id, **CELL)
    assert predictor.questions[0].path == str(wanted.path)
    assert predictor.questions[0].fold == 0
    assert "Benign" in [one.value for one in app.header]
    assert unescaped(app.warning[0].value) == "Cut *off* at the nipple"
    assert "\\*off\\*" in app.warning[0].value


@pytest.mark.parametrize(
    "asked",
    ["999999", "../../", "NaN", "-1", "²", "1e3", "<script>alert(1)</script>", "x" * 100_000],
    ids=lambda x: x[:9],
)
def test_a_job_that_the_address_does_not_name_rightly_gives_way_to_the_latest(results, tested, asked):  # B69
    app = results(job=asked)
    assert app.warning[0].value == "The address names no finished training of this server; the latest is shown."
    assert app.query_params["job"] == str(tested)


def test_an_unfinished_job_is_told_like_one_that_is_not_there(results, jobs, tested):  # B69
    absent, unfinished = results(job="999999").warning[0].value, results(job=str(jobs[2])).warning[0].value
    assert absent == unfinished


@pytest.mark.parametrize("image", ["../../etc/passwd", "nan", "<img src=x onerror=alert(1)>", "x" * 100_000])
def test_an_image_that_is_not_in_the_test_part_is_one_sentence(results, tested, image):
    app = results(image=image)
    assert [one.value for one in app.error] == ["The address names no test image of this training."]


def test_an_image_of_the_data_set_that_was_learnt_from_is_told_alike(results, store, tested):
    rows = [row for row in store.predictions.load(tested) if row.sample_id != store.data_sets.samples("phantoms")[0].id]
    job = store.jobs.submit(NewJob("training", {"model": "small"}, "guest", "phantoms"), WORKER)
    store.jobs.begin(job.id, 1, {})
    store.predictions.save(job.id, 1, rows)
    store.jobs.finish(job.id, 1, store.jobs.get(tested).result)
    app = results(job=str(job.id), image=store.data_sets.samples("phantoms")[0].id)
    assert [one.value for one in app.error] == ["The address names no test image of this training."]


@pytest.mark.parametrize(
    "address",
    [{"true": "x", "called": "y"}, {"true": "0", "called": "nan"}, {"method": "zzz", "opacity": "9"}, {"page": "-3"}],
    ids=str,
)
def test_other_words_of_the_address_that_fit_nothing_show_the_matrix(results, tested, address):
    app = results(**address)
    assert len(cells(app)) == 9
    assert not app.error


def test_a_job_without_a_test_part_says_why_there_is_nothing_to_see(results, store, data_set):
    job = store.jobs.submit(NewJob("training", {"model": "small"}, "guest", data_set.name), WORKER)
    store.jobs.begin(job.id, 1, {})
    store.jobs.finish(job.id, 1, {"validation": {"n": 3}})
    app = results()
    assert "has no test part: its split holds no test images" in unescaped(app.info[0].value)


def test_while_the_prediction_process_is_away_the_page_says_so_and_answers_when_it_is_back(results, store, tested):
    wanted = store.data_sets.samples("phantoms")[1].id
    app = results(image=wanted)
    assert "starting again" in app.warning[0].value
    with StandIn(settings()):
        app.run()  # as the fragment does that looks for it
    assert not app.warning
    assert "Benign" in [one.value for one in app.header]


def test_a_cell_shows_plain_films_until_the_prediction_process_is_back_with_their_heat_maps(results, tested):
    app = results(**CELL)
    while any(tile["picture"] is None for tile in tiles(app)):
        app.run()
    (told,) = [one.value for one in app.run().warning]
    assert "starting again" in told
    plain = [tile["picture"] for tile in tiles(app)]
    assert [tile["problem"] for tile in tiles(app)] == [""] * len(plain)
    with StandIn(settings()):
        while app.run().warning or any(tile["picture"] is None for tile in tiles(app)):
            pass
    assert all(tile["picture"] not in plain for tile in tiles(app))


def test_a_page_that_waited_in_vain_stops_looking_and_offers_to_try_again(results, store, tested, monkeypatch):
    monkeypatch.setattr("mammo.ui.predictor_away._PATIENCE_SECONDS", -1)
    app = results(image=store.data_sets.samples("phantoms")[1].id)
    assert "does not come back" in app.error[0].value
    with StandIn(settings()):
        app.button(key="predictor_away.again").click().run()
    assert not app.error


def test_a_model_of_squares_is_asked_of_the_square_that_it_was_tested_on(results, store, tested, predictor):
    config = {"model": "small", "region": "lesion", "region_context": 1.5}
    region = lesion_regions(store.data_sets.samples("phantoms"), context=1.5)[0]
    job = store.jobs.submit(NewJob("training", config, "guest", "phantoms"), WORKER)
    store.jobs.begin(job.id, 1, {})
    found = PredictionRecord("test", 0, region.id, region.sample_id, "a woman", 1, (0.2, 0.6, 0.2))
    gone = replace(found, item_id="films/gone.png#lesion0", sample_id="films/gone.png")
    store.predictions.save(job.id, 1, [found, gone])
    store.jobs.finish(job.id, 1, store.jobs.get(tested).result)
    app = results(job=str(job.id), image=region.id)
    assert predictor.questions[0].square == [region.center_x_px, region.center_y_px, region.side_px]
    assert any("the square of" in unescaped(one.value) for one in app.caption)
    app = results(job=str(job.id), true="benign", called="benign")
    assert "1\u00a0image of this page left the data set" in app.info[0].value
